import { stores } from '../../src/sandbox/world.ts'
import type { Served } from './serving.ts'

/** Counts by the start of their bucket, as Analytiks sends them. */
export type BucketMap = Readonly<Record<string, number>>

/** What Analytiks answers from now on for one store of the made-up world. */
export function answerTraffic({ sandbox }: Served, storeId: string, maps: object): void {
  const locationId = stores.find(({ id }) => id === storeId)?.locationId
  const body = { successes: [{ locationId, ...maps }], failures: {} }
  sandbox.analytiks.journal.script({ route: 'POST /json/v2', answer: { body } })
}

/** A bucket at every step from the start to the end, both included, whose value is its place in the row. */
export function denseBuckets(start: string, end: string, stepSeconds: number): BucketMap {
  const step = stepSeconds * 1000
  const count = 1 + (Date.parse(end) - Date.parse(start)) / step
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [keyOf(Date.parse(start) + index * step), index]),
  )
}

/** The ends of every range that Analytiks was asked for so far. */
export function spansSent({ sandbox }: Served): { readonly startDate: unknown; readonly endDate: unknown }[] {
  return sandbox.analytiks.journal.calls
    .filter(({ route }) => route.startsWith('POST /json/'))
    .map(({ body }) =>
      body instanceof Object ? { startDate: undefined, endDate: undefined, ...body } : noSpan,
    )
    .map(({ startDate, endDate }) => ({ startDate, endDate }))
}

const noSpan = { startDate: undefined, endDate: undefined }

/** Keys have whole seconds at Analytiks. */
function keyOf(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z')
}
