import sharp from 'sharp'
import { Pool } from 'undici'
import { expect, onTestFinished, test, vi } from 'vitest'
import { detailRequest, listRecorded } from '../../src/sandbox/aura-vision-rows.ts'
import { openImageDownloadLimit } from '../../src/upstream/images/image-download-limit.ts'
import { FairShares } from '../../src/upstream/rate-limit/fair-shares.ts'
import { type Served, serve } from '../support/serving.ts'
import { arrival } from '../support/wiring.ts'
import { imageHostRoute, linkOf, spatialImages } from './serving-images.ts'

const dot = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#c40' } })
  .png()
  .toBuffer()

test('two hundred links that are opened at once are one to three questions, for few rows that nobody wants', async () => {
  await using served = await serve({ sandbox: { 'aura-vision': { image: async () => dot } } })
  const links = await linksOf(served, 200)
  const { journal } = served.sandbox['aura-vision']
  // Open connections bring all requests at once, however busy the machine is.
  const browsers = new Pool(served.origin, { connections: links.length })
  onTestFinished(() => browsers.close())
  await Promise.all(
    links.map(async () => (await browsers.request({ path: '/healthz', method: 'GET' })).body.dump()),
  )
  journal.clear()
  const responses = links.map(async link => {
    const { statusCode, body } = await browsers.request({ path: new URL(link).pathname, method: 'GET' })
    await body.dump()
    return statusCode
  })
  expect(new Set(await Promise.all(responses))).toEqual(new Set([200]))
  expect(journal.count('detail/list')).toBeLessThanOrEqual(3)
  expect(journal.count(imageHostRoute)).toBe(links.length)
  const bodies = journal.calls.filter(({ route }) => route === 'detail/list').map(({ body }) => body)
  const rows = bodies.flatMap(body => listRecorded(detailRequest.parse(body).data.body, new Date()))
  expect(rows.length).toBeLessThan(2 * links.length)
})

test('an image host that hangs holds up no image of another vendor, and none that is kept', async () => {
  await using served = await serve({ sandbox: { 'aura-vision': { image: async () => dot } } })
  const [kept = '', ...others] = await linksOf(served, 200)
  const page = await linkOf(served, 'page')
  expect((await fetch(kept)).status).toBe(200)
  const { 'aura-vision': auraVision } = served.sandbox
  auraVision.journal.script({ route: imageHostRoute, hang: true })
  const hanging = arrival(auraVision, imageHostRoute)
  const leaving = new AbortController()
  const waiting = others.map(link => fetch(link, { signal: leaving.signal }).catch(() => undefined))
  await hanging
  expect((await fetch(page)).status).toBe(200)
  expect((await fetch(`${page}?width=100`)).status).toBe(200)
  expect((await fetch(kept)).status).toBe(200)
  expect((await fetch(`${kept}?format=webp`)).status).toBe(200)
  leaving.abort()
  await Promise.all(waiting)
})

test('whoever waits for an image host that hangs is told so once none of its images came for one deadline', async () => {
  const environment = { AURA_VISION_CONCURRENCY: '2', ISOTHERM_UPSTREAM_TIMEOUT_MS: '1500' }
  await using served = await serve({ environment })
  const links = await linksOf(served, 20)
  const { journal } = served.sandbox['aura-vision']
  journal.script({ route: imageHostRoute, hang: true })
  expect(await statusesOf(links)).toEqual(new Set([504]))
  expect(journal.count(imageHostRoute)).toBeLessThanOrEqual(4)
})

test('images are looked through one at a time, for however many different ones are opened', async () => {
  await using served = await serve({ sandbox: { 'aura-vision': { image: async () => dot } } })
  const links = await linksOf(served, 20)
  const arrived = arrival(served.sandbox['aura-vision'], imageHostRoute, links.length)
  const prototype = Object.getPrototypeOf(sharp())
  const { metadata } = prototype
  let [underWay, most] = [0, 0]
  const look = vi.spyOn(prototype, 'metadata').mockImplementation(async function (this: unknown) {
    most = Math.max(most, ++underWay)
    await arrived
    underWay--
    return metadata.call(this)
  })
  onTestFinished(() => look.mockRestore())
  expect(await statusesOf(links)).toEqual(new Set([200]))
  expect([look.mock.calls.length, most]).toEqual([links.length, 1])
})

test('however many images are opened, they are one caller to the limits of a vendor', async () => {
  await using served = await serve({ sandbox: { 'aura-vision': { image: async () => dot } } })
  const links = [...(await linksOf(served, 3)), await linkOf(served, 'page')]
  const take = vi.spyOn(FairShares.prototype, 'take')
  onTestFinished(() => take.mockRestore())
  for (const link of links) expect(await statusesOf([link])).toEqual(new Set([200]))
  expect(take.mock.calls.length).toBeGreaterThan(3)
  expect(new Set(take.mock.calls.map(([caller]) => caller))).toEqual(new Set([':images']))
})

test('no more images of a vendor are waited for at once than so many', () => {
  const turns = openImageDownloadLimit('posthog', 2)
  const [first] = [turns.take(), turns.take()]
  expect(() => turns.take()).toThrow('Too many images of posthog are being downloaded at once.')
  first?.[Symbol.dispose]()
  expect(() => turns.take()).not.toThrow()
})

async function linksOf(served: Served, count: number): Promise<readonly string[]> {
  const images = [
    ...(await spatialImages(served)),
    ...(await spatialImages(served, { location: 'rue-de-rivoli' })),
  ]
  const links = images.slice(0, count).map(({ link }) => link ?? '')
  expect(links).toHaveLength(count)
  return links
}

async function statusesOf(links: readonly string[]): Promise<ReadonlySet<number>> {
  const statuses = links.map(async link => {
    const response = await fetch(link)
    await response.arrayBuffer()
    return response.status
  })
  return new Set(await Promise.all(statuses))
}
