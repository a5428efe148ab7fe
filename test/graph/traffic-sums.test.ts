import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

/** Stores of the made-up world, and one that Analytiks does not know. */
const stores = [
  ['oxford-street', 'Europe/London', 1],
  ['fifth-avenue', 'America/New_York', 3],
  ['ginza', 'Asia/Tokyo', 5],
  ['princes-street', 'Europe/London', 6],
] as const
const catalog = stringify({
  locations: [
    ...stores.map(([id, timeZone, locationId]) => ({ id, name: id, timeZone, analytiks: { locationId } })),
    {
      id: 'unmapped',
      name: 'unmapped',
      timeZone: 'Europe/London',
      auraVision: { locationId: '64a1b2c3d4e5f6a7b8c9d0e3' },
    },
  ],
})

let served: Served
beforeAll(async () => {
  served = await serve({ catalog })
})
afterAll(() => served[Symbol.asyncDispose]())
afterEach(() => served.sandbox.analytiks.journal.clear())

interface Total {
  readonly metric: string
  readonly total: number | null
  readonly withheld: string | null
  readonly against: number | null
  readonly change: number | null
  readonly changeRatio: number | null
  readonly reportedBy: number
  readonly againstReportedBy: number | null
}

interface Sum {
  readonly locations: number
  readonly counted: number
  readonly unknown: number
  readonly lacking: readonly {
    readonly location: { readonly id: string }
    readonly code: string
    readonly message: string
    readonly retryable: boolean
  }[]
  readonly isWhole: boolean
  readonly totals: readonly Total[]
  readonly columns: {
    readonly starts: readonly string[] | null
    readonly localStarts: readonly string[] | null
    readonly series: readonly {
      readonly metric: string
      readonly values: readonly (number | null)[]
      readonly withheld: string | null
    }[]
  }
}

const totals = 'totals { metric total withheld against change changeRatio reportedBy againstReportedBy }'
const counts = 'locations counted unknown isWhole lacking { location { id } code message retryable }'
const columns = 'columns { starts localStarts series { metric values withheld } }'

const ofAll = <Data = { locations: { traffic: Sum | null } }>(fields: string) =>
  askText<Data>(served.origin, `{ locations { ${fields} } }`)

const week = '{ local: { start: "2026-03-23", end: "2026-03-30" } }'
const before = `{ before: ${week} }`

interface OfBrand {
  readonly nodes: readonly {
    readonly series: readonly { readonly metric: string; readonly total: number }[]
  }[]
}

test.each([1234, 5678])(
  "the stores of brand %i add up to the brand's own traffic, now and before, for its stores alone",
  async brandId => {
    await using whole = await serve()
    const traffic = (range: string) =>
      `traffic(range: ${range}, interval: DAILY, metrics: [VISITS, WALK_BYS], first: 1000) { nodes { series { metric total } } }`
    const { data, errors } = await askText<{
      locations: { totalCount: number; traffic: Sum }
      brand: { now: OfBrand; then: OfBrand }
    }>(
      whole.origin,
      `{
      locations(brandId: ${brandId}, first: 5000) {
        totalCount
        traffic(range: ${week}, against: ${before}, metrics: [VISITS, WALK_BYS]) { ${counts} ${totals} }
      }
      brand(id: ${brandId}) { now: ${traffic(week)} then: ${traffic(before)} }
    }`,
    )
    expect(errors).toEqual([])
    const { totalCount, traffic: sum } = data.locations
    expect(sum).toMatchObject({ locations: 6, counted: 6, isWhole: true, lacking: [] })
    expect(totalCount).toBe(data.brand.now.nodes.length)
    const sumOf = ({ nodes }: OfBrand, metric: string) =>
      nodes
        .flatMap(({ series }) => series)
        .filter(series => series.metric === metric)
        .reduce((total, series) => total + series.total, 0)
    for (const { metric, total, against, change, changeRatio } of sum.totals) {
      const [now, then] = [sumOf(data.brand.now, metric), sumOf(data.brand.then, metric)]
      expect({ metric, total, against, change }).toEqual({
        metric,
        total: now,
        against: then,
        change: now - then,
      })
      expect(changeRatio).toBeCloseTo((now - then) / then)
    }
    expect(sum.totals).toHaveLength(2)
  },
)

interface Single {
  readonly timeZone: string
  readonly now:
    | readonly {
        readonly metric: string
        readonly total: number | null
        readonly columns: {
          readonly localStarts: readonly string[]
          readonly values: readonly (number | null)[]
        }
      }[]
    | null
  readonly then: readonly { readonly total: number | null }[] | null
  readonly trafficTotals: readonly Total[] | null
}

test('a sum is that of what the places tell by their own days, over clock changes, for the same calls', async () => {
  const metrics = 'metrics: [VISITS, WALK_BYS]'
  const { data: sums, upstream } = await ofAll(
    `traffic(range: ${week}, against: ${before}, interval: DAILY, ${metrics}) { ${counts} ${totals} ${columns} }`,
  )
  const single = await ofAll<{ locations: { nodes: Single[] } }>(
    `nodes { timeZone
      now: traffic(range: ${week}, interval: DAILY, ${metrics}) { metric total columns { localStarts values } }
      then: traffic(range: ${before}, ${metrics}) { total }
      trafficTotals(range: ${week}, against: ${before}, ${metrics}) { metric total withheld against change changeRatio reportedBy againstReportedBy } } }`.replace(
      / \}$/,
      '',
    ),
  )
  expect(single.errors).toEqual([])
  expect(upstream.analytiks?.planned).toBe(single.upstream.analytiks?.planned)
  const sum = sums.locations.traffic
  expect(sum).toMatchObject({ locations: 5, counted: 4, unknown: 1, isWhole: true, lacking: [] })
  const places = single.data.locations.nodes.filter(({ now }) => now !== null)
  expect(places).toHaveLength(4)
  for (const [index, metric] of ['VISITS', 'WALK_BYS'].entries()) {
    const now = added(places.map(place => place.now?.[index]?.total))
    const then = added(places.map(place => place.then?.[index]?.total))
    expect(now).toBeGreaterThan(0)
    expect(sum?.totals[index]).toEqual({
      metric,
      total: now,
      withheld: null,
      against: then,
      change: now - then,
      changeRatio: (now - then) / then,
      reportedBy: 4,
      againstReportedBy: 4,
    })
    expect(sum?.columns.localStarts).toEqual(places[0]?.now?.[0]?.columns.localStarts)
    expect(sum?.columns.starts).toBeNull()
    expect(sum?.columns.series[index]?.values).toEqual(
      (sum?.columns.localStarts ?? []).map((_start, day) =>
        addedOrNull(places.map(place => place.now?.[index]?.columns.values[day])),
      ),
    )
    for (const { now, then, trafficTotals } of places)
      expect(trafficTotals?.[index]).toMatchObject({
        metric,
        total: now?.[index]?.total,
        against: then?.[index]?.total,
      })
  }
})

test('hours of a UTC range are summed by their instants, hours of a local one by the clocks', async () => {
  const [start, end] = ['2026-03-29T00:00:00', '2026-03-30T00:00:00']
  const utc = `{ utc: { start: "${start}Z", end: "${end}Z" } }`
  const both = `utc: traffic(range: ${utc}, metrics: [VISITS]) { ${totals} ${columns} } local: traffic(range: { local: { start: "${start}", end: "${end}" } }, metrics: [VISITS]) { ${totals} ${columns} }`
  const { data } = await ofAll<{ locations: { utc: Sum; local: Sum } }>(both)
  for (const { totals, columns } of [data.locations.utc, data.locations.local])
    expect(added(columns.series[0]?.values ?? [])).toBe(totals[0]?.total)
  const { columns: byInstant } = data.locations.utc
  expect([byInstant.starts?.length, byInstant.localStarts]).toEqual([24, null])
  // London's clock skips an hour that the others have.
  expect(data.locations.local.columns.localStarts).toHaveLength(24)
})

test('a day is one bucket, also where it has no midnight at some of the places', async () => {
  const zones = ['Africa/Cairo', 'Europe/London', 'Africa/Cairo']
  const locations = zones.map((timeZone, index) => {
    const name = `store-${index}`
    return { id: name, name, timeZone, analytiks: { locationId: [1, 3, 6][index] } }
  })
  await using served = await serve({ catalog: stringify({ locations }) })
  // Cairo's clock skips the first hour of the second day.
  const asked = 'range: { local: { start: "2026-04-23", end: "2026-04-26" } }, metrics: [VISITS]'
  const sumOf = (search: string, interval: string) =>
    `locations(search: "${search}") { traffic(${asked}, interval: ${interval}) { ${totals} ${columns} } }`
  const { data, errors } = await askText<Record<string, { readonly traffic: Sum }>>(
    served.origin,
    `{ all: ${sumOf('store', 'DAILY')} week: ${sumOf('store', 'WEEKLY')} one: ${sumOf('store-0', 'DAILY')} }`,
  )
  expect(errors).toEqual([])
  const told = [data.all, data.week, data.one].map(list => list?.traffic.columns.localStarts)
  const days = (second: string) => ['2026-04-23T00:00:00', second, '2026-04-25T00:00:00']
  expect(told).toEqual([days('2026-04-24T00:00:00'), ['2026-04-20T00:00:00'], days('2026-04-24T01:00:00')])
  for (const list of Object.values(data)) {
    const { totals, columns } = list.traffic
    expect(columns.series[0]?.values).not.toContain(null)
    expect(added(columns.series[0]?.values ?? [])).toBe(totals[0]?.total)
  }
})

test('totals are those of the places, whatever the interval and whether columns are asked', async () => {
  const kolkata = { id: 'kolkata', name: 'k', timeZone: 'Asia/Kolkata', analytiks: { locationId: 4 } }
  const london = { id: 'london', name: 'l', timeZone: 'Europe/London', analytiks: { locationId: 1 } }
  await using served = await serve({ catalog: stringify({ locations: [kolkata, london] }) })
  const range = '{ local: { start: "2026-03-25T09:30:00", end: "2026-03-25T12:30:00" } }'
  const asked = `range: ${range}, against: { before: ${range} }, metrics: [VISITS]`
  const sums = ['HOURLY', 'QUARTER_HOUR', 'DAILY'].flatMap(interval =>
    ['', 'columns { localStarts }'].map(
      (columns, index) =>
        `${interval}${index}: traffic(${asked}, interval: ${interval}) { lacking { code } totals { total against } ${columns} }`,
    ),
  )
  const { data, errors } = await askText<{ locations: Record<string, Sum> & { nodes: Single[] } }>(
    served.origin,
    `{ locations { nodes { trafficTotals(${asked}) { total against } } ${sums.join(' ')} } }`,
  )
  expect(errors).toEqual([])
  const { nodes, ...told } = data.locations
  const of = (member: 'total' | 'against') =>
    added(nodes.map(({ trafficTotals }) => trafficTotals?.[0]?.[member]))
  expect(of('total')).toBeGreaterThan(0)
  for (const sum of Object.values(told))
    expect(sum).toMatchObject({ lacking: [], totals: [{ total: of('total'), against: of('against') }] })
})

test('what does not add up is null and says why, in totals and by the bucket', async () => {
  const metrics = 'metrics: [PEAK_OCCUPANCY, DWELL_TIME, VISITS]'
  const { data, errors } = await ofAll(
    `traffic(range: ${week}, interval: DAILY, ${metrics}) { ${totals} ${columns} }`,
  )
  expect(errors).toEqual([])
  const { totals: told = [], columns: buckets } = data.locations.traffic ?? {}
  expect(told.map(({ metric, total, withheld }) => [metric, total === null, withheld])).toEqual([
    ['PEAK_OCCUPANCY', true, expect.stringContaining('do not add up')],
    ['DWELL_TIME', true, expect.stringContaining('ANALYTIKS_DWELL_TIME')],
    ['VISITS', false, null],
  ])
  expect(told[0]?.reportedBy).toBe(4)
  expect(
    buckets?.series.map(({ values, withheld }) => [values.every(value => value === null), withheld === null]),
  ).toEqual([
    [true, false],
    [true, false],
    [false, true],
  ])
  const one = await ofAll<{ locations: { nodes: { trafficTotals: Total[] | null }[] } }>(
    `nodes { trafficTotals(range: ${week}, ${metrics}) { metric total withheld against change } }`,
  )
  expect(one.data.locations.nodes[0]?.trafficTotals).toMatchObject([
    { metric: 'PEAK_OCCUPANCY', total: expect.any(Number), withheld: null, against: null, change: null },
    { metric: 'DWELL_TIME', total: null, withheld: expect.stringContaining('ANALYTIKS_DWELL_TIME') },
    { metric: 'VISITS', total: expect.any(Number), withheld: null },
  ])
})

test('a store that is refused is told by name, and a total without it says so', async () => {
  const stranger = {
    id: 'stranger',
    name: 'stranger',
    timeZone: 'Europe/London',
    analytiks: { locationId: 999 },
  }
  const london = stores
    .filter(([, zone]) => zone === 'Europe/London')
    .map(([id, timeZone, locationId]) => ({ id, name: id, timeZone, analytiks: { locationId } }))
  await using served = await serve({ catalog: stringify({ locations: [stranger, ...london] }) })
  const asked = `traffic(range: ${week}, against: ${before}, metrics: [VISITS]) { ${counts} ${totals} }`
  const { data, errors } = await askText<{
    all: { traffic: Sum }
    page: { traffic: Sum }
    known: { traffic: Sum }
  }>(
    served.origin,
    `{ all: locations { ${asked} } page: locations(first: 2) { ${asked} } known: locations(search: "street") { ${asked} } }`,
  )
  expect(errors).toEqual([])
  const { all, page, known } = data
  expect(known.traffic).toMatchObject({ locations: 2, counted: 2, isWhole: true, lacking: [] })
  expect(all.traffic).toEqual({
    ...known.traffic,
    locations: 3,
    isWhole: false,
    lacking: [
      {
        location: { id: 'Location:stranger' },
        code: 'UPSTREAM_FORBIDDEN',
        message: expect.stringContaining('analytiks'),
        retryable: false,
      },
    ],
  })
  expect(page.traffic).toMatchObject({ locations: 2, counted: 1, isWhole: false })
  expect(served.log.join()).toContain('UPSTREAM_FORBIDDEN')
})

test('a dry run plans the calls of both ranges, and the cost is that of all places', async () => {
  const { calls } = served.sandbox.analytiks.journal
  const explained = (how: string, first: number, compared = '') =>
    askText<unknown>(
      served.origin,
      `{ locations(first: ${first}) { traffic(range: ${week}${compared}, metrics: [VISITS]) { isWhole } } }`,
      {},
      { headers: { 'isotherm-explain': how } },
    )
  const against = `, against: ${before}`
  const { upstream } = await explained('cost', 100, against)
  const sent = calls.length
  const planned = await Promise.all(['', against].map(compared => explained('plan', 100, compared)))
  const counts = planned.map(({ extensions }) => Object(extensions).plan.analytiks.length)
  expect(counts).toEqual([(upstream.analytiks?.planned ?? 0) / 2, upstream.analytiks?.planned])
  expect(calls.length).toBe(sent)
  const costs = await Promise.all([
    explained('cost', 1),
    explained('cost', 100),
    explained('cost', 100, against),
  ])
  const [one = 0, hundred = 0, twice = 0] = costs.map(({ extensions }) => Object(extensions).cost.estimated)
  expect([hundred - one, twice - hundred]).toEqual([990, 1000])
  const year = 'range: { local: { start: "2025-01-01", end: "2026-01-01" } }, metrics: [VISITS]'
  const fields = ['isWhole', 'isWhole columns { series { values } }']
  const [totals = 0, columns = 0] = await Promise.all(
    fields.map(async field => {
      const document = `{ locations(first: 1000) { traffic(${year}) { ${field} } } }`
      const headers = { 'isotherm-explain': 'cost' }
      const { extensions } = await askText<unknown>(served.origin, document, {}, { headers })
      return Object(extensions).cost.estimated
    }),
  )
  // Of a thousand places each a cost for every thousand of its 8,761 buckets.
  expect(columns - totals).toBeGreaterThan(8760)
})

test('if all fail, the sum is an error', async () => {
  served.sandbox.analytiks.journal.script({ route: 'POST /json/v2', answer: { status: 500 } })
  const { data, errors } = await ofAll(`traffic(range: ${week}) { ${totals} }`)
  expect(data.locations.traffic).toBeNull()
  expect(errors).toMatchObject([
    { path: ['locations', 'traffic'], extensions: { code: 'UPSTREAM_UNAVAILABLE', provider: 'analytiks' } },
  ])
})

function added(values: readonly (number | null | undefined)[]): number {
  return values.reduce((sum: number, value) => sum + (value ?? 0), 0)
}

function addedOrNull(values: readonly (number | null | undefined)[]): number | null {
  return values.every(value => value == null) ? null : added(values)
}
