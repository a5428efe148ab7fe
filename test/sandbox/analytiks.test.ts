import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type AnalytiksEmulator, serveAnalytiks } from '../../src/sandbox/analytiks.ts'

const exampleDay = { startDate: '2023-06-08T11:30:00.000Z', endDate: '2023-06-08T23:45:00.000Z' }
const june = { startDate: '2025-06-03T00:00:00Z', endDate: '2025-06-03T23:59:59Z' }

test("the vendor page's token request is answered as on the page", async () => {
  await using analytiks = await serveAnalytiks()
  const { ANALYTIKS_CLIENT_ID: id = '', ANALYTIKS_CLIENT_SECRET: secret = '' } = analytiks.environment
  const body = (await example('token-request.json'))
    .replace('__YOUR_CLIENT_ID__', id)
    .replace('__YOUR_CLIENT_SECRET__', secret)
  const answer = await post(analytiks.environment.ANALYTIKS_TOKEN_URL, JSON.parse(body))
  expect(answer).toEqual({
    status: 200,
    body: { ...JSON.parse(await example('token-response.json')), access_token: expect.any(String) },
  })
})

test('the token endpoint checks each of its four fields', async () => {
  await using analytiks = await serveAnalytiks()
  const asked = credentials(analytiks)
  const statuses: Record<string, number> = {}
  for (const field of Object.keys(asked)) {
    const answer = await post(analytiks.environment.ANALYTIKS_TOKEN_URL, { ...asked, [field]: 'wrong' })
    statuses[field] = answer.status
  }
  expect(statuses).toEqual({ client_id: 401, client_secret: 401, audience: 403, grant_type: 400 })
})

test('a token is good until it expires or is revoked', async () => {
  let now = new Date('2025-07-01T00:00:00Z')
  await using analytiks = await serveAnalytiks({ now: () => now, tokenSeconds: 60 })
  const ask = await connect(analytiks)
  expect((await ask('v1', { ...june, locations: [1] })).status).toBe(200)
  now = new Date('2025-07-01T00:01:00Z')
  expect(await ask('v1', { ...june, locations: [1] })).toEqual({
    status: 401,
    body: { message: 'Unauthorized' },
  })

  const again = await connect(analytiks)
  analytiks.revokeTokens()
  expect((await again('v1', { ...june, locations: [1] })).status).toBe(401)
})

test("v1 answers the vendor page's example request with the page's data", async () => {
  await using analytiks = await serveAnalytiks()
  const ask = await connect(analytiks)
  const answer = await ask('v1', JSON.parse(await example('export-v1-request.json')))
  expect(answer.body.map((row: { locationId: number }) => row.locationId)).toEqual([1, 2, 3])
  expect(answer.body.slice(0, 1)).toEqual(JSON.parse(await example('export-v1-response.json')))
})

test("v1 answers the vendor page's references with rows that carry them", async () => {
  await using analytiks = await serveAnalytiks()
  const ask = await connect(analytiks)
  const { body } = await ask('v1', JSON.parse(await example('export-v1-request-references.json')))
  const [page] = JSON.parse(await example('export-v1-response.json'))
  expect(body[0]).toEqual({ ...page, referenceNumber: 'US0658' })
  expect(body[1]).toMatchObject({ locationId: 2, referenceNumber: 'FR2561' })
})

test('v1 refuses everything when one location is not allowed', async () => {
  await using analytiks = await serveAnalytiks()
  const ask = await connect(analytiks)
  expect((await ask('v1', { ...june, locations: [1, 99] })).status).toBe(401)
  expect((await ask('v1', { ...june, brandId: 1234, referenceNumbers: ['US0658', 'DE1000'] })).status).toBe(
    401,
  )
})

test('v2 answers what is allowed and names what is not, in the shape of the vendor page', async () => {
  await using analytiks = await serveAnalytiks()
  const ask = await connect(analytiks)
  const page = (await example('export-v2-response.txt'))
    .replace('[...], // Same structure as in V1', '[],')
    .replace('[__LOC_ID_1__, ...]', '[99, 4242]')
  const partial = await ask('v2', { ...june, locations: [1, 99, 2, 4242] })
  expect(partial.status).toBe(200)
  expect(partial.body.successes.map((row: { locationId: number }) => row.locationId)).toEqual([1, 2])
  expect({ ...partial.body, successes: [] }).toEqual(JSON.parse(page))

  const whole = await ask('v2', { ...june, locations: [1] })
  expect(whole.body.failures).toEqual({})
  expect((await ask('v2', { ...june, locations: [99, 4242] })).status).toBe(401)
  const references = await ask('v2', { ...june, brandId: 1234, referenceNumbers: ['US0001', 'DE1000'] })
  expect(references.body.failures.locations).toEqual(['DE1000'])
})

test("v3 walks the vendor page's brand by cursor, and null ends the walk", async () => {
  await using analytiks = await serveAnalytiks({ pageSize: 4 })
  const ask = await connect(analytiks)
  const request = JSON.parse((await example('export-v3-request.txt')).replace(/ \/\/.*/, ''))
  const first = await ask('v3', request)
  const page = await example('export-v3-response.txt')
  expect(Object.keys(first.body)).toEqual([...page.matchAll(/"(\w+)":/g)].map(([, field]) => field))
  const second = await ask('v3', { ...request, cursor: first.body.cursor })
  expect([...first.body.data, ...second.body.data].map(row => row.locationId)).toEqual([1, 2, 3, 4, 5, 6])
  expect(second.body.cursor).toBeNull()
})

test('v3 refuses another brand, and a cursor of another question', async () => {
  await using analytiks = await serveAnalytiks()
  const ask = await connect(analytiks)
  const { cursor } = (await ask('v3', { ...june, brandId: 1234 })).body
  expect((await ask('v3', { ...june, brandId: 9999 })).status).toBe(401)
  expect((await ask('v3', { ...june, brandId: 5678, cursor })).status).toBe(400)
  expect((await ask('v3', { ...june, brandId: 1234, interval: '15min', cursor })).status).toBe(400)
  expect((await ask('v3', { ...june, brandId: 1234, cursor: 'made up' })).status).toBe(400)
})

test.each([
  ['51 locations', { ...june, locations: Array.from({ length: 51 }, (_, index) => index) }],
  ['no locations', { ...june, locations: [] }],
  ['neither locations nor references', june],
  ['references without a brand', { ...june, referenceNumbers: ['US0658'] }],
  ['both locations and references', { ...june, locations: [1], brandId: 1234, referenceNumbers: ['US0658'] }],
  ['a location that is no number', { ...june, locations: ['1'] }],
  [
    'more than 5 days',
    { startDate: '2025-06-01T00:00:00Z', endDate: '2025-06-06T00:00:01Z', locations: [1] },
  ],
  ['mixed forms', { startDate: '2025-06-01T00:00:00', endDate: '2025-06-02T00:00:00Z', locations: [1] }],
  [
    'an offset',
    { startDate: '2025-06-01T00:00:00+02:00', endDate: '2025-06-02T00:00:00+02:00', locations: [1] },
  ],
  ['no such day', { startDate: '2025-02-30T00:00:00Z', endDate: '2025-03-01T00:00:00Z', locations: [1] }],
  ['an end before its start', { startDate: june.endDate, endDate: june.startDate, locations: [1] }],
  ['another interval', { ...june, interval: 'daily', locations: [1] }],
  ['a body that is no JSON', '{'],
])('%s is a 400', async (_, body) => {
  await using analytiks = await serveAnalytiks()
  const ask = await connect(analytiks)
  expect(await ask('v2', body)).toMatchObject({ status: 400, body: { message: expect.any(String) } })
})

test('15min is refused or answered hourly where the account does not have it', async () => {
  await using refusing = await serveAnalytiks({ quarterHours: false })
  const asked = { ...june, interval: '15min', locations: [1] }
  expect((await (await connect(refusing))('v1', asked)).status).toBe(400)
  await using silent = await serveAnalytiks({ quarterHours: 'hourly' })
  const [row] = (await (await connect(silent))('v1', asked)).body
  expect(Object.keys(row.visits).every(key => key.endsWith(':00:00Z'))).toBe(true)
})

test('the quarter-hours of an hour add up to it, peaks being their highest', async () => {
  await using analytiks = await serveAnalytiks()
  const ask = await connect(analytiks)
  const [hours] = (await ask('v1', { ...june, locations: [1] })).body
  const [quarters] = (await ask('v1', { ...june, interval: '15min', locations: [1] })).body
  const at14 = (series: Record<string, number>) =>
    Object.entries(series).flatMap(([key, value]) => (key.startsWith('2025-06-03T14:') ? value : []))
  for (const metric of ['visits', 'dwellTime', 'groupVisits', 'bounces', 'allVisits', 'walkBys'])
    expect(at14(hours[metric])).toEqual([at14(quarters[metric]).reduce((sum, value) => sum + value)])
  expect(at14(hours.peakOccupancy)).toEqual([Math.max(...at14(quarters.peakOccupancy))])
  const [zone] = hours.pointOfInterest
  expect(at14(zone.peakVisits)).toEqual([Math.max(...at14(quarters.pointOfInterest[0].peakVisits))])
})

test('a bucket that starts at the end is in, and buckets without a count are absent', async () => {
  await using analytiks = await serveAnalytiks()
  const ask = await connect(analytiks)
  const range = { startDate: '2025-06-03T12:30:00Z', endDate: '2025-06-03T15:00:00Z' }
  const [afternoon] = (await ask('v1', { ...range, locations: [1] })).body
  expect(Object.keys(afternoon.visits)).toEqual(['13', '14', '15'].map(hour => `2025-06-03T${hour}:00:00Z`))
  const [wholeDay] = (await ask('v1', { ...june, locations: [1] })).body
  expect(Object.values(wholeDay.visits)).not.toContain(0)
  expect(wholeDay.visits).not.toHaveProperty('2025-06-03T03:00:00Z')
})

test('dates asked in local time come back in local time, of each location', async () => {
  await using analytiks = await serveAnalytiks()
  const ask = await connect(analytiks)
  const local = { startDate: '2025-06-03T12:00:00', endDate: '2025-06-03T12:00:00', locations: [4] }
  const utc = { startDate: '2025-06-03T06:30:00Z', endDate: '2025-06-03T07:15:00Z', locations: [4] }
  const [indian] = (await ask('v1', local)).body
  const [quarters] = (await ask('v1', { ...utc, interval: '15min' })).body
  const inUtc = Object.values<number>(quarters.visits).reduce((sum, value) => sum + value)
  expect(indian.visits).toEqual({ '2025-06-03T12:00:00': inUtc })
})

test('a local hour that repeats is overwritten, and one that does not exist is absent', async () => {
  await using analytiks = await serveAnalytiks()
  const ask = await connect(analytiks)
  const night = (date: string, hours: [string, string], zone = '') => ({
    startDate: `${date}T${hours[0]}:00:00${zone}`,
    endDate: `${date}T${hours[1]}:00:00${zone}`,
    interval: '15min',
    locations: [3],
  })
  const [autumn] = (await ask('v1', night('2024-11-03', ['01', '01']))).body
  const [second] = (await ask('v1', night('2024-11-03', ['06', '06'], 'Z'))).body
  expect(Object.values(autumn.walkBys)).toEqual(Object.values(second.walkBys))
  const [spring] = (await ask('v1', { ...night('2025-03-09', ['00', '05']), interval: 'hourly' })).body
  expect(Object.keys(spring.walkBys)).not.toContain('2025-03-09T02:00:00')
})

test('some locations have no dwell time, and one sends visits alone', async () => {
  await using analytiks = await serveAnalytiks()
  const ask = await connect(analytiks)
  const [uncalibrated, visitsOnly] = (await ask('v1', { ...june, locations: [3, 11] })).body
  expect(uncalibrated).not.toHaveProperty('dwellTime')
  expect(uncalibrated).toHaveProperty('walkBys')
  expect(Object.keys(visitsOnly)).toEqual(['locationId', 'visits', 'pointOfInterest'])
})

test('nothing is reported of the future', async () => {
  await using analytiks = await serveAnalytiks({ now: () => new Date('2025-06-03T13:40:00Z') })
  const ask = await connect(analytiks)
  const [row] = (await ask('v1', { ...june, interval: '15min', locations: [1] })).body
  expect(Object.keys(row.walkBys).at(-1)).toBe('2025-06-03T13:15:00Z')
})

test('a larger fleet can be asked for', async () => {
  await using analytiks = await serveAnalytiks({ extraStores: 60 })
  const ask = await connect(analytiks)
  const locations = Array.from({ length: 50 }, (_, index) => 1001 + index)
  const { body } = await ask('v2', { ...june, locations })
  expect(body.successes).toHaveLength(50)
  const [row] = (await ask('v1', { ...june, brandId: 7777, referenceNumbers: ['X1060'] })).body
  expect(row.locationId).toBe(1060)
  expect((await ask('v1', { ...exampleDay, locations: [1061] })).status).toBe(401)
})

function example(file: string): Promise<string> {
  return readFile(new URL(`../fixtures/analytiks/${file}`, import.meta.url), 'utf8')
}

function credentials({ environment }: AnalytiksEmulator) {
  return {
    client_id: environment.ANALYTIKS_CLIENT_ID,
    client_secret: environment.ANALYTIKS_CLIENT_SECRET,
    audience: environment.ANALYTIKS_AUDIENCE,
    grant_type: 'client_credentials',
  }
}

/** Fetches a token; what it returns asks with it. */
async function connect(analytiks: AnalytiksEmulator) {
  const token = await post(analytiks.environment.ANALYTIKS_TOKEN_URL, credentials(analytiks))
  const authorization = `Bearer ${token.body.access_token}`
  return (version: string, body: unknown) =>
    post(`${analytiks.environment.ANALYTIKS_EXPORTS_URL}/json/${version}`, body, { authorization })
}

async function post(url = '', body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}
