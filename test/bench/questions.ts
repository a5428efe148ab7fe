import { z } from 'zod'

/** One request of a load, as it goes over the wire. */
export interface BenchRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
}

/** A question that Isotherm and the proxy are asked alike. */
export interface Question {
  readonly name: string
  /** How many are asked at the same time. */
  readonly connections: number
  /** The least share of the proxy's requests a second. */
  readonly speed: number
  /** Whether peers are asked it as well, in the words of Isotherm. */
  readonly isForPeers?: boolean
  /** The most memory, in peaks of the proxy's; undefined where none is promised. */
  readonly memory?: number
  /** The n-th request, unlike all others that are under way. */
  isotherm(n: number): BenchRequest
  proxy(n: number): BenchRequest
  /** What an answer of either says, in one shape, so that both can be compared. */
  values(answer: unknown): unknown
}

export const locationCount = 800
const batch = 50
/** A window of five days starts on each of these. */
const firstDay = 5 * 4000
const rangeCount = 8

/** Of the websites whose ids do not begin with `largeWebsites`, which have a hundred. */
export const pagesOfWebsite = 20
export const largeWebsites = '1'

export const websites = rowsOf({ name: '20 rows of a website', speed: 0.7, idOf: uuidOf })

/** Isotherm reads all pages, since some may be spellings of one path; the proxy reads the rows that are asked. */
export const large = rowsOf({
  name: '20 rows of a website of 100 pages',
  speed: 0.3,
  idOf: n => largeWebsites + uuidOf(n).slice(1),
})

export const points = traffic({
  name: '50 locations x 24 hours x 2 metrics as points',
  connections: 16,
  speed: 0.5,
  days: 1,
  step: { isotherm: 'HOURLY', proxy: 'hourly' },
  metrics: ['visits', 'dwellTime'],
  form: 'points',
})

export const columns = traffic({
  name: '50 locations x 480 quarter-hours x 7 metrics as columns',
  connections: 8,
  speed: 0.7,
  memory: 1.5,
  days: 5,
  step: { isotherm: 'QUARTER_HOUR', proxy: '15min' },
  metrics: ['visits', 'dwellTime', 'groupVisits', 'bounces', 'allVisits', 'peakOccupancy', 'walkBys'],
  form: 'columns',
})

export const questions = { websites, large, points, columns } as const

const moment = z.string().transform(text => Date.parse(text))
const page = z.object({ path: z.string(), totalInteractions: z.int(), lastInteractionAt: moment })
const pagesResponse = z
  .object({
    data: z.object({ website: z.object({ views: z.object({ nodes: z.array(page) }) }) }),
  })
  .transform(({ data }) => ({ pages: data.website.views.nodes }))

const series = z.strictObject({
  metric: z.string().transform(name => name.toLowerCase().replaceAll('_', '')),
  points: z.array(z.strictObject({ at: moment, value: z.int() })).optional(),
  columns: z
    .strictObject({ start: moment, stepSeconds: z.int(), values: z.array(z.int().nullable()) })
    .optional(),
})
const location = z.object({
  id: z.union([z.int(), z.string().transform(readLocationId)]),
  traffic: z.array(series),
})
const locationsAnswer = z.union([
  z.object({ data: z.object({ nodes: z.array(location) }) }).transform(({ data }) => data.nodes),
  z.object({ locations: z.array(location) }).transform(({ locations }) => locations),
])

function rowsOf({
  idOf,
  ...question
}: Pick<Question, 'name' | 'speed'> & { readonly idOf: (n: number) => string }): Question {
  return {
    ...question,
    connections: 32,
    isForPeers: true,
    isotherm: n =>
      post('/graphql', {
        query: `query Pages($id: ID!) {
        website(by: { zenovayId: $id }) { views(first: 20) { nodes { path totalInteractions lastInteractionAt } } }
      }`,
        variables: { id: idOf(n) },
      }),
    proxy: n => ({ method: 'GET', path: `/websites/${idOf(n)}/pages?first=20` }),
    values: answer => z.union([pagesResponse, z.object({ pages: z.array(page) })]).parse(answer).pages,
  }
}

interface TrafficForm {
  readonly days: number
  readonly step: { readonly isotherm: string; readonly proxy: string }
  readonly metrics: readonly string[]
  readonly form: 'points' | 'columns'
}

function traffic({
  days,
  step,
  metrics,
  form,
  ...question
}: TrafficForm & Pick<Question, 'name' | 'connections' | 'speed' | 'memory'>): Question {
  const fields = { points: 'points { at value }', columns: 'columns { start stepSeconds values }' }[form]
  const query = `query Traffic($ids: [ID!]!, $range: TrafficRange!, $interval: TrafficInterval!, $metrics: [TrafficMetric!]) {
    nodes(ids: $ids) {
      ... on Location { id traffic(range: $range, interval: $interval, metrics: $metrics) { metric ${fields} } }
    }
  }`
  return {
    ...question,
    isotherm(n) {
      const variables = {
        ids: locationsOf(n).map(id => `Location:store-${id}`),
        range: { utc: rangeOf(n, days) },
        interval: step.isotherm,
        metrics: metrics.map(name => name.replace(/[A-Z]/g, capital => `_${capital}`).toUpperCase()),
      }
      return post('/graphql', { query, variables })
    },
    proxy: n =>
      post(`/traffic/${form}`, {
        locations: locationsOf(n),
        ...rangeOf(n, days),
        interval: step.proxy,
        metrics,
      }),
    values: answer => locationsAnswer.parse(answer),
  }
}

function locationsOf(n: number): number[] {
  const first = 1 + batch * (n % (locationCount / batch))
  return Array.from({ length: batch }, (_, index) => first + index)
}

function rangeOf(n: number, days: number) {
  const start = firstDay + 5 * (Math.floor((n * batch) / locationCount) % rangeCount)
  return { start: printDay(start), end: printDay(start + days) }
}

/** Midnight in UTC, so many days after 1970 began. */
export function printDay(day: number): string {
  return new Date(86_400_000 * day).toISOString()
}

export function uuidOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
}

function readLocationId(id: string): number {
  return Number(id.slice('Location:store-'.length))
}

function post(path: string, body: object): BenchRequest {
  return { method: 'POST', path, body: JSON.stringify(body) }
}
