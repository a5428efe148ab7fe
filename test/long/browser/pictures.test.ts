import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { installChromium, openChromium } from '../../browser/chromium.ts'
import { serveHtml } from '../../browser/html-page.ts'
import { contentRoute, imageHostRoute, pageHeatmapId, week } from '../../images/serving-images.ts'
import { askText } from '../../support/client.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { type Served, serve } from '../../support/serving.ts'

beforeAll(installChromium, installMilliseconds)
vi.setConfig({ testTimeout: 120_000 })

/** A clock that is put forward by hand. */
function openClock() {
  let offset = 0
  return {
    now: () => new Date(Date.now() + offset),
    forward(hours: number) {
      offset += hours * 3_600_000
    },
  }
}

describe('a page of another origin', () => {
  test('shows heatmaps of both kinds in plain <img> tags, at the sizes asked, again when every signed URL is over', async () => {
    const clock = openClock()
    await using served = await serve({
      environment: { ISOTHERM_IMAGE_CACHE_BYTES: '0' },
      sandbox: { 'aura-vision': { now: clock.now, urlSeconds: 30 } },
    })
    const pictures = await twelvePictures(served)
    const images = pictures.map(({ link }) => `<img src="${link}" alt="" height="260">`)
    await using site = await serveHtml(() => `<!doctype html><title>Heatmaps</title>${images.join('\n')}`)
    const { 'aura-vision': auraVision, posthog } = served.sandbox
    const signedPaths = () =>
      auraVision.journal.calls.filter(({ route }) => route === imageHostRoute).map(({ path }) => path)
    for (const round of [1, 2]) {
      // Never was anywhere, so it has none of them.
      await using visit = await openChromium()
      await visit.page.goto(site.origin)
      expect(await decodedWidths(visit.page)).toEqual(pictures.map(({ width }) => width))
      expect(visit).toMatchObject({ outside: [], complaints: [] })
      expect(new Set(signedPaths()).size).toBe(6 * round)
      expect(posthog.journal.count(contentRoute)).toBe(6 * round)
      clock.forward(1)
      for (const path of signedPaths()) expect((await fetch(auraVision.origin + path)).status).toBe(403)
    }
  })

  test('shows a picture that is being drawn as soon as it is there, without being loaded again', async () => {
    const clock = openClock()
    let loads = 0
    let html = ''
    await using site = await serveHtml(() => {
      loads++
      return html
    })
    await using served = await serve({
      environment: { ISOTHERM_CORS_ORIGINS: site.origin },
      sandbox: { posthog: { now: clock.now, renderSeconds: 600 } },
    })
    html = follower(served, await pageHeatmapId(served, 'rendering'))
    await using visit = await openChromium()
    const { page } = visit
    await page.goto(site.origin)
    await page.locator('img[data-states="RENDERING"].broken').waitFor({ state: 'attached' })

    clock.forward(1)
    await page.locator('img[data-states="RENDERING READY"].over').waitFor()
    expect(await decodedWidths(page)).toEqual([375])
    expect(loads).toBe(1)
    expect(visit).toMatchObject({ outside: [], complaints: [] })
  })
})

interface ImageFile {
  readonly link: string
  /** In pixels, as it should come. */
  readonly width: number
}

/** Six of each kind, some at the width that was asked of the graph and some of their links. */
async function twelvePictures({ origin }: Served): Promise<readonly ImageFile[]> {
  const { data, errors } = await askText<{
    location: { heatmaps: { image: { link: string } }[] }
    website: { heatmaps: { nodes: { image: { link: string } }[] } }
  }>(
    origin,
    `query ($range: TimeRange!) {
      location(by: { id: "oxford-street" }) {
        heatmaps(range: $range, types: [PATH, LINGER]) { image(width: 480) { link } }
      }
      website(by: { id: "help" }) { heatmaps(first: 6) { nodes { image(width: 768) { link } } } }
    }`,
    { range: week },
  )
  expect(errors).toEqual([])
  const spatial = data.location.heatmaps.slice(0, 6).map(({ image }) => ({ link: image.link, width: 480 }))
  const pages = data.website.heatmaps.nodes.map(({ image }, index) =>
    index % 2 === 0 ? { link: image.link, width: 768 } : { link: `${image.link}?width=240`, width: 240 },
  )
  return [...spatial, ...pages]
}

/** A picture that is set whenever the subscription tells of it, with what it told so far and what came of it. */
function follower({ origin }: Served, id: string): string {
  const query = 'subscription ($id: ID!) { heatmapImage(id: $id, width: 375) { state link } }'
  const url = `${origin}/graphql?${new URLSearchParams({ query, variables: JSON.stringify({ id }) })}`
  return `<!doctype html><title>Heatmap</title><img alt="">
    <script>
      const image = document.querySelector('img')
      const states = []
      image.onerror = () => image.classList.add('broken')
      image.onload = () => image.classList.remove('broken')
      const events = new EventSource(${JSON.stringify(url)})
      events.addEventListener('next', ({ data }) => {
        const { state, link } = JSON.parse(data).data.heatmapImage
        states.push(state)
        image.dataset.states = states.join(' ')
        image.src = link
      })
      events.addEventListener('complete', () => {
        events.close()
        image.classList.add('over')
      })
    </script>`
}

/** The width of each picture of the page in its own pixels, once all are decoded. */
function decodedWidths(page: Page): Promise<number[]> {
  return page.evaluate(
    `Promise.all([...document.images].map(image => image.decode().then(() => image.naturalWidth)))`,
  )
}
