import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startIsotherm } from './src/isotherm.ts'

/** The pictures of the README, by their names: heat over a page of the sandbox. */
export const pictures = {
  clicks: { days: daysBefore(0, 28) },
  change: { days: daysBefore(0, 28), against: daysBefore(28, 28) },
} as const

/** Draws them from the sandbox into a folder, with the visitors of the last weeks. */
export async function drawPictures(folder: string): Promise<void> {
  await using isotherm = await startIsotherm({ PORT: '0', ISOTHERM_SANDBOX: 'on' })
  await mkdir(folder, { recursive: true })
  for (const [name, overlay] of Object.entries(pictures)) {
    const link = await linkOf(isotherm.origin, overlay)
    const image = await fetch(`${link}?width=480&format=webp`)
    if (!image.ok) throw new Error(`The picture ${name} is not there: ${await image.text()}`)
    await writeFile(join(folder, `${name}.webp`), await image.bytes())
  }
}

async function linkOf(origin: string, overlay: object): Promise<string> {
  const query = `query ($overlay: HeatOverlay) {
    view(by: { url: "https://shop.example.com/" }) { heatmaps { image(overlay: $overlay) { link } } }
  }`
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { overlay } }),
  })
  const { data } = await response.json()
  return data.view.heatmaps[0].image.link
}

/** So many whole days up to the day so many days ago, which is not in it. */
function daysBefore(ago: number, count: number) {
  const end = Temporal.Now.plainDateISO('UTC').subtract({ days: ago })
  return { from: end.subtract({ days: count }).toString(), to: end.toString() }
}

if (import.meta.main) await drawPictures(join(import.meta.dirname, 'docs/pictures'))
