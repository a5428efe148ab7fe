import fc from 'fast-check'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { trafficBatches } from '../../src/export/traffic-batches.ts'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { stores } from '../../src/sandbox/world.ts'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'
import { linesOf, parseCsv } from './read-export.ts'

const resources = new AsyncDisposableStack()
let [served, strict]: CallersServed[] = []

beforeAll(async () => {
  const catalog = sandboxCatalog().replace('name: Ginza', `name: '=HYPERLINK("http://x.example"),"two"'`)
  served = resources.use(await serveCallers({ catalog }))
  strict = resources.use(
    await serveCallers({
      catalog,
      // Less than all stores at once cost, more than one.
      environment: { ISOTHERM_MAX_COST: '60', ISOTHERM_COST_MODE: 'enforce' },
      limits: { slow: { costPerMinute: 60 } },
    }),
  )
})
afterAll(() => resources.disposeAsync())

async function get(server: CallersServed | undefined, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server?.origin}${path}`, { headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const days = 'from=2026-10-20&to=2026-10-29'

test('batches hold each place on each day once, in few questions that fit in memory', () => {
  const place = fc.record({ timeZone: fc.constantFrom('UTC', null) })
  const question = fc.record({
    places: fc.array(place, { minLength: 1, maxLength: 300 }),
    interval: fc.constantFrom('QUARTER_HOUR', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY'),
    length: fc.integer({ min: 1, max: 800 }),
  })
  fc.assert(
    fc.property(question, ({ places, interval, length }) => {
      const named = places.map(({ timeZone }, index) => ({
        id: `${index}`,
        name: null,
        timeZone,
        brandId: null,
      }))
      const first = Temporal.PlainDate.from('2024-02-20')
      const [from, to] = [first.toString(), first.add({ days: length }).toString()]
      const counted = new Map<string, number>()
      const perDay = { QUARTER_HOUR: 96, HOURLY: 24, DAILY: 1, WEEKLY: 1, MONTHLY: 1 }[interval]
      for (const batch of trafficBatches(named, { from, to, interval })) {
        const span = Temporal.PlainDate.from(batch.from).until(batch.to).days
        expect(span).toBeGreaterThan(0)
        expect(batch.places.length * span * perDay).toBeLessThan(1_000_000)
        for (const { id } of batch.places) counted.set(id, (counted.get(id) ?? 0) + span)
        const [one, two] = batch.halves() ?? []
        if (!one || !two) continue
        const parts = [one, two].map(
          ({ places, from, to }) => places.length * Temporal.PlainDate.from(from).until(to).days,
        )
        expect((parts[0] ?? 0) + (parts[1] ?? 0)).toBe(batch.places.length * span)
      }
      expect([...counted]).toEqual(named.map(({ id }) => [id, length]))
    }),
    { numRuns: 40 },
  )
})

test('what is too expensive at once is asked in parts, with the same rows', async () => {
  const named = stores.map(({ id }) => `location=${id}`).join('&')
  const address = `/export/traffic.csv?${named}&interval=daily&metrics=VISITS&${days}`
  const [whole, parts] = await Promise.all([get(served, address), get(strict, address)])
  expect(parts.status).toBe(200)
  expect(parts.text).toBe(whole.text)
  expect(parseCsv(whole.text).length).toBe(12 * 9)
})

test('what cannot be asked in parts and costs too much is refused in a sentence', async () => {
  const { status, text } = await get(strict, `/export/traffic.csv?interval=daily&${days}`)
  expect(JSON.parse(text)).toMatchObject({ code: 'COST_ESTIMATED_TOO_EXPENSIVE' })
  expect(status).toBe(400)
})

test('an export counts against the cost a minute of its caller, and is refused once that is used up', async () => {
  const slow = as(['traffic:read'], 'slow')
  const address = `/export/traffic.ndjson?location=ginza&interval=daily&metrics=VISITS&${days}`
  const statuses: number[] = []
  for (let asked = 0; asked < 4; asked++) statuses.push((await get(strict, address, slow)).status)
  const last = await get(strict, address, slow)
  expect(statuses[0]).toBe(200)
  expect(last.status).toBe(429)
  expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(JSON.parse(last.text)).toMatchObject({ code: 'RATE_LIMITED' })
})

test('text that a spreadsheet would run is marked as text, unless the caller wants it as it is', async () => {
  const address = `/export/traffic.csv?location=ginza&interval=monthly&metrics=VISITS&${days}`
  const name = '=HYPERLINK("http://x.example"),"two"'
  expect(parseCsv((await get(served, address)).text)[0]?.name).toBe(`'${name}`)
  expect(parseCsv((await get(served, `${address}&formulas=keep`)).text)[0]?.name).toBe(name)
  const marked = await fetch(`${served?.origin}${address}&bom=true`)
  expect([...(await marked.bytes()).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
})

test('a dry run tells the calls that the export makes, and makes none', async () => {
  const address = `/export/traffic.ndjson?interval=daily&${days}`
  const before = served?.sandbox.analytiks.journal.count()
  const { text } = await get(served, address, { 'isotherm-explain': 'plan' })
  expect(served?.sandbox.analytiks.journal.count()).toBe(before)
  const { verdict } = linesOf((await get(served, address)).text)
  expect(verdict).toMatchObject({ calls: { analytiks: { planned: JSON.parse(text).planned.analytiks } } })
})

test('an export of several questions asks nothing twice, and takes no place of what others asked', async () => {
  await using server = await serveCallers({ environment: { ISOTHERM_CACHE_BYTES: '2400000' } })
  const { journal } = server.sandbox.analytiks
  const askOne = () => get(server, `/export/traffic.ndjson?location=ginza&interval=daily&${days}`)
  await askOne()
  const { text } = await get(server, '/export/traffic.ndjson?interval=hourly&from=2025-03-01&to=2026-10-29')
  expect(linesOf(text).verdict).toMatchObject({ complete: true })
  const asked = journal.calls.map(({ route, body }) => JSON.stringify([route, body]))
  expect(asked.length).toBeGreaterThan(20)
  expect(new Set(asked).size).toBe(asked.length)
  journal.clear()
  await askOne()
  expect(journal.calls).toEqual([])
})

test.each([
  ['one', 'This caller', '2026-08'],
  ['anonymous', 'All who show no credential together', '2026-09'],
])('a caller, %s, runs two exports at once at most', async (caller, who, month) => {
  const { journal } = served?.sandbox.analytiks ?? {}
  journal?.clear()
  const held = Promise.withResolvers<void>()
  onTestFinished(() => held.resolve())
  // Not the token, which nobody may have asked for yet: without it no export would get so far.
  journal?.script({ route: 'POST /json/v2', until: held.promise })
  const one = as(['traffic:read'], caller)
  const addressOf = (place: string) =>
    `/export/traffic.ndjson?location=${place}&interval=daily&from=${month}-01&to=${month}-09`
  const address = addressOf('oxford-street')
  const running = ['ginza', 'pitt-street'].map(place => get(served, addressOf(place), one))
  const isAsked = (id: number) =>
    journal?.calls.some(({ body }) => JSON.stringify(body).includes(`"locations":[${id}]`))
  while (!isAsked(5) || !isAsked(10)) await new Promise(resolve => setImmediate(resolve))
  const third = await get(served, address, one)
  expect(third.status).toBe(429)
  expect(third.headers.get('retry-after')).toBe('10')
  expect(third.text).toContain(`${who} may run 2 exports at once: ask again later.`)
  held.resolve()
  journal?.clear()
  for (const { text } of await Promise.all(running))
    expect(linesOf(text).verdict).toMatchObject({ complete: true })
  expect((await get(served, address, one)).status).toBe(200)
})

test('all callers together run six exports at once at most', async () => {
  await using server = await serveCallers({ environment: { ANALYTIKS_CONCURRENCY: '20' } })
  const { journal } = server.sandbox.analytiks
  const held = Promise.withResolvers<void>()
  onTestFinished(() => held.resolve())
  journal.script({ route: 'POST /json/v2', until: held.promise })
  const addressOf = (place = '') => `/export/traffic.ndjson?location=${place}&interval=daily&${days}`
  const running = stores.slice(0, 6).map(({ id }, index) => {
    const caller = `caller ${index % 3}`
    return get(server, addressOf(id), as(['traffic:read'], caller))
  })
  const isAsked = (id: number) =>
    journal.calls.some(({ body }) => JSON.stringify(body).includes(`"locations":[${id}]`))
  while (![1, 2, 3, 4, 5, 6].every(isAsked)) await new Promise(resolve => setImmediate(resolve))
  const seventh = await get(server, addressOf('ginza'), as(['traffic:read'], 'another'))
  expect(seventh.status).toBe(503)
  expect(seventh.headers.get('retry-after')).toBe('10')
  expect(JSON.parse(seventh.text)).toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  held.resolve()
  for (const { text } of await Promise.all(running))
    expect(linesOf(text).verdict).toMatchObject({ complete: true })
})
