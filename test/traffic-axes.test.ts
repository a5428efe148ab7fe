import { describe, expect, test } from 'vitest'
import { callsOf } from './support/calls.ts'
import { askText } from './support/client.ts'
import { type Served, serve } from './support/serving.ts'

interface Axis {
  readonly timeZone: string | null
  readonly starts: readonly string[]
  readonly localStarts: readonly string[] | null
}

interface Columns {
  readonly starts: readonly string[]
  readonly localStarts: readonly string[] | null
}

interface Place {
  readonly timeZone: string | null
  readonly traffic: readonly { readonly columns: Columns | null }[] | null
}

const axes = 'axes(range: $range, interval: $interval) { timeZone starts localStarts }'
const series = 'columns { starts localStarts }'
const ofLocations = `query Axes($range: TrafficRange!, $interval: TrafficInterval!) {
  locations(first: 100) {
    ${axes}
    nodes { timeZone traffic(range: $range, interval: $interval, metrics: [VISITS]) { ${series} } }
  }
}`
const ofBrand = `query Axes($range: TrafficRange!, $interval: TrafficInterval!) {
  brand(id: 1234) {
    traffic(range: $range, interval: $interval, metrics: [VISITS]) {
      ${axes}
      nodes { location { timeZone } series { ${series} } }
    }
  }
}`

const ranges = {
  'instants about a change of the clock': {
    utc: { start: '2025-10-25T00:00:00Z', end: '2025-10-28T00:00:00Z' },
  },
  'local days': { local: { start: '2025-10-25', end: '2025-10-28' } },
}

describe.each(Object.entries(ranges))('axes of %s', (_what, range) => {
  test.each(['HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY'])(
    'are the starts of the columns, once for each time zone: %s',
    async interval => {
      await using served = await serve()
      const { axes, nodes } = await locationsOf(served, range, interval)
      expect(axes.map(({ timeZone }) => timeZone)).toEqual([
        ...new Set(
          nodes
            .map(({ timeZone }) => timeZone)
            .filter(timeZone => timeZone !== null || ('utc' in range && interval === 'HOURLY')),
        ),
      ])
      const told = nodes.flatMap(({ timeZone, traffic }) =>
        (traffic ?? []).flatMap(({ columns }) => (columns ? [{ timeZone, ...columns }] : [])),
      )
      expect(told.length).toBeGreaterThan(3)
      for (const columns of told) {
        expect(axes.find(({ timeZone }) => timeZone === columns.timeZone)).toEqual(columns)
      }
    },
  )
})

test('axes of a brand are those of its page', async () => {
  await using served = await serve()
  const variables = { range: ranges['local days'], interval: 'DAILY' }
  const { data, errors } = await askText<{
    readonly brand: {
      readonly traffic: {
        readonly axes: readonly Axis[]
        readonly nodes: readonly {
          readonly location: { readonly timeZone: string }
          readonly series: readonly { readonly columns: Columns }[]
        }[]
      }
    }
  }>(served.origin, ofBrand, variables)
  expect(errors).toEqual([])
  const { axes, nodes } = data.brand.traffic
  expect(axes.length).toBeGreaterThan(0)
  for (const { location, series } of nodes) {
    const axis = axes.find(({ timeZone }) => timeZone === location.timeZone)
    for (const { columns } of series) expect(axis).toEqual({ timeZone: location.timeZone, ...columns })
  }
})

test('axes cost no call, and need no vendor', async () => {
  await using served = await serve({
    environment: { ANALYTIKS_CLIENT_ID: undefined, ANALYTIKS_CLIENT_SECRET: undefined },
  })
  const { data, errors } = await askText<{ readonly locations: { readonly axes: readonly Axis[] } }>(
    served.origin,
    `{ locations { axes(range: { local: { start: "2025-06-01", end: "2025-06-03" } }, interval: DAILY) { timeZone localStarts } } }`,
  )
  expect(errors).toEqual([])
  const [axis] = data.locations.axes
  expect(axis?.localStarts).toEqual(['2025-06-01T00:00:00', '2025-06-02T00:00:00'])
  expect(callsOf(served.sandbox)).toEqual({})
})

test('axes of a range that ends before it starts are bad input', async () => {
  await using served = await serve()
  const { errors } = await askText(
    served.origin,
    '{ locations { nodes { id } axes(range: { local: { start: "2025-06-03", end: "2025-06-01" } }) { timeZone } } }',
  )
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
})

async function locationsOf(served: Served, range: object, interval: string) {
  const { data } = await askText<{
    readonly locations: { readonly axes: readonly Axis[]; readonly nodes: readonly Place[] }
  }>(served.origin, ofLocations, { range, interval })
  return data.locations
}
