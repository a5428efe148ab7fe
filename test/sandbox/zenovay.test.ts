import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Emulator } from '../../src/sandbox/emulator.ts'
import { sites } from '../../src/sandbox/world.ts'
import { serveZenovay } from '../../src/sandbox/zenovay.ts'
import { foreignWebsiteId } from '../../src/sandbox/zenovay-websites.ts'

const shop = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
const status = 'd4e5f6a7-b8c9-4123-8ef0-234567890123'
const exampleTime = new Date('2026-02-07T12:00:00.000Z')

test("the vendor page's request is answered with the page's data", async () => {
  await using zenovay = await serveZenovay({ now: () => exampleTime })
  const page = await example('heatmap-pages.json')
  expect(await ask(zenovay, `/heatmaps/${shop}/pages?limit=4`)).toMatchObject({ status: 200, body: page })
  const { body } = await ask(zenovay, `/heatmaps/${shop}/pages?limit=10`)
  expect(body.data.pages).toHaveLength(10)
  expect({ ...body, data: { pages: body.data.pages.slice(0, 4) } }).toEqual(page)
})

test('pages come by interactions descending, 20 unless told, the same each time', async () => {
  await using zenovay = await serveZenovay()
  for (const { zenovayId } of sites) {
    const { pages } = (await ask(zenovay, `/heatmaps/${zenovayId}/pages?limit=100`)).body.data
    const counts = pages.map((page: { total_interactions: number }) => page.total_interactions)
    expect(counts).toEqual(counts.toSorted((one: number, other: number) => other - one))
    expect(counts.at(-1)).toBeGreaterThan(0)
    const again = (await ask(zenovay, `/heatmaps/${zenovayId}/pages`)).body.data
    expect(again.pages).toEqual(pages.slice(0, 20))
  }
})

test.each(['0', '101', '-1', '2.5', 'ten', ''])('a limit of "%s" is a 400', async limit => {
  await using zenovay = await serveZenovay()
  const answer = await ask(zenovay, `/heatmaps/${shop}/pages?limit=${limit}`)
  expect(answer).toMatchObject({ status: 400, body: { success: false, error: { code: 'VALIDATION_ERROR' } } })
})

test('a website is named by a UUID, has to exist and to be of the account', async () => {
  await using zenovay = await serveZenovay()
  const answers = {
    shop: [400, 'VALIDATION_ERROR'],
    'ffffffff-0000-4000-8000-000000000000': [404, 'NOT_FOUND'],
    [foreignWebsiteId]: [403, 'FORBIDDEN'],
  }
  for (const [id, [status, code]] of Object.entries(answers))
    expect(await ask(zenovay, `/heatmaps/${id}/pages`)).toMatchObject({ status, body: { error: { code } } })
})

test('websites lists the account, with one that is only known here', async () => {
  await using zenovay = await serveZenovay()
  const { data } = (await ask(zenovay, '/websites')).body
  expect(data.total).toBe(4)
  expect(data.websites.map((website: { id: string }) => website.id)).toEqual([
    ...sites.map(({ zenovayId }) => zenovayId),
    status,
  ])
  expect(data.websites.at(-1)).toMatchObject({
    domain: 'status.example.com',
    name: 'Status',
    is_active: true,
  })
  expect((await ask(zenovay, `/heatmaps/${status}/pages`)).body.data.pages.length).toBeGreaterThan(1)
})

test('a key of one site lists and reads only that', async () => {
  await using zenovay = await serveZenovay({ siteOnly: status })
  expect((await ask(zenovay, '/websites')).body.data).toMatchObject({ total: 1, websites: [{ id: status }] })
  expect((await ask(zenovay, `/heatmaps/${shop}/pages`)).status).toBe(403)
})

test('the key goes in X-API-Key or as Bearer; without a good one it is a 401 that does not count', async () => {
  await using zenovay = await serveZenovay({ apiKey: 'zv_sandbox_other' })
  const url = `${zenovay.environment.ZENOVAY_URL}/websites`
  for (const headers of [
    {},
    { 'x-api-key': 'zv_sandbox_wrong' },
    { authorization: 'Basic zv_sandbox_other' },
  ]) {
    const refused = await fetch(url, { headers })
    expect(refused.status).toBe(401)
    expect(await refused.json()).toMatchObject({ error: { code: 'UNAUTHORIZED' } })
  }
  const bearer = await fetch(url, { headers: { authorization: 'Bearer zv_sandbox_other' } })
  expect(bearer.status).toBe(200)
  expect(bearer.headers.get('x-usage-monthly')).toBe('1')
})

test('every answer has a request id, and says what is left of the minute and the month', async () => {
  await using zenovay = await serveZenovay({ now: () => exampleTime })
  await ask(zenovay, '/websites')
  const { headers } = await ask(zenovay, '/nowhere')
  expect(headers).toMatchObject({
    'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'x-ratelimit-limit': '30',
    'x-ratelimit-remaining': '28',
    'x-usage-monthly': '2',
    'x-usage-limit': '10000',
    'x-usage-reset': '2026-03-01T00:00:00.000Z',
    'x-usage-total': '2',
  })
})

test('past the limit of a minute the newest shape tells the wait in its text alone', async () => {
  let now = new Date('2026-06-13T10:29:42.000Z')
  await using zenovay = await serveZenovay({ now: () => now })
  for (let call = 0; call < 30; call++) expect((await ask(zenovay, '/websites')).status).toBe(200)
  now = new Date('2026-06-13T10:30:00.000Z')
  const refused = await ask(zenovay, '/websites')
  const message = expect.stringMatching(/ Try again in 42 seconds$/)
  const error = { message, code: 'RATE_LIMIT_EXCEEDED', timestamp: '2026-06-13T10:30:00.000Z' }
  expect(refused).toMatchObject({ status: 429, body: { success: false, error } })
  expect(refused.headers).not.toHaveProperty('retry-after')
  now = new Date('2026-06-13T10:30:42.000Z')
  expect((await ask(zenovay, '/websites')).status).toBe(200)
})

test('the older shape tells the wait in a header and in the body', async () => {
  let now = new Date('2022-01-21T13:19:00.000Z')
  await using zenovay = await serveZenovay({ now: () => now, perMinute: 1, errorShape: 2 })
  await ask(zenovay, '/websites')
  now = new Date('2022-01-21T13:19:18.000Z')
  const refused = await ask(zenovay, '/websites')
  expect(refused.status).toBe(429)
  expect(refused.body).toEqual(await example('error-shape-2.json'))
  expect(refused.headers).toMatchObject({ 'retry-after': '42', 'x-ratelimit-reset': '1642771200' })
})

test('a key of the Free plan is refused, in the third shape', async () => {
  await using zenovay = await serveZenovay({ freePlan: true, errorShape: 3 })
  const refused = await ask(zenovay, '/websites')
  expect(refused.status).toBe(403)
  expect(refused.body).toEqual(await example('error-shape-3.json'))
})

test('a month that is used up says until when, and ends', async () => {
  let now = new Date('2026-02-07T12:00:00.000Z')
  await using zenovay = await serveZenovay({ now: () => now, perMonth: 1 })
  await ask(zenovay, '/websites')
  now = new Date('2026-02-28T23:59:59.000Z')
  const refused = await ask(zenovay, '/websites')
  expect(refused).toMatchObject({ status: 429, body: { error: { code: 'MONTHLY_LIMIT_EXCEEDED' } } })
  expect(refused.headers).toMatchObject({ 'x-usage-reset': '2026-03-01T00:00:00.000Z' })
  expect(refused.headers).not.toHaveProperty('retry-after')
  now = new Date('2026-03-01T00:00:00.000Z')
  expect((await ask(zenovay, '/websites')).status).toBe(200)
})

test("the vendor page's server error can be scripted", async () => {
  await using zenovay = await serveZenovay()
  const body = await example('error-500.json')
  zenovay.journal.script({ times: 1, answer: { status: 500, body } })
  expect(await ask(zenovay, `/heatmaps/${shop}/pages`)).toMatchObject({ status: 500, body })
  expect((await ask(zenovay, `/heatmaps/${shop}/pages`)).status).toBe(200)
})

async function example(file: string) {
  return JSON.parse(await readFile(new URL(`../fixtures/zenovay/${file}`, import.meta.url), 'utf8'))
}

async function ask({ environment }: Emulator, path: string) {
  const { ZENOVAY_URL: base, ZENOVAY_API_KEY: key = '' } = environment
  const response = await fetch(base + path, { headers: { 'x-api-key': key } })
  const headers = Object.fromEntries(response.headers)
  return { status: response.status, headers, body: JSON.parse(await response.text()) }
}
