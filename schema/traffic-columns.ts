import type { TrafficBucket, TrafficSpan, TrafficStep } from '../src/providers/analytiks/wire.ts'
import { builder } from './builder.ts'

interface Columns {
  readonly start: Date
  readonly stepSeconds: number
  readonly values: readonly (number | null)[]
}

export const TrafficColumns = builder.objectRef<Columns>('TrafficColumns')
TrafficColumns.implement({
  description:
    'Values at equal steps: the n-th belongs to the bucket that starts at `start` plus n times `stepSeconds`.',
  fields: t => ({
    start: t.expose('start', {
      type: 'DateTime',
      nullable: false,
      description: 'The start of the first bucket in the range.',
    }),
    stepSeconds: t.exposeInt('stepSeconds', {
      nullable: false,
      description: 'Seconds from one bucket to the next.',
    }),
    values: t.field({
      type: ['SafeInt'],
      nullable: { list: false, items: true },
      description: "In the series' unit; null where Analytiks reported nothing.",
      resolve: ({ values }) => values,
    }),
  }),
})

const secondsOf = { hourly: 3600, '15min': 900 } as const

interface Timeline {
  readonly span: TrafficSpan
  readonly step: TrafficStep
  readonly timeZone: string | null
  readonly buckets: readonly TrafficBucket[] | null
}

/** Null when the buckets are known by a local clock alone. */
export function columnsOf({ span, step, buckets, timeZone }: Timeline): Columns | null {
  if (span.form === 'local' || buckets?.some(({ zoned }) => !zoned)) return null
  const stepSeconds = secondsOf[step]
  const milliseconds = stepSeconds * 1000
  const offset = gridOffset(buckets ?? [], span.start, milliseconds, timeZone)
  const start = Math.ceil((span.start - offset) / milliseconds) * milliseconds + offset
  const length = Math.max(0, Math.ceil((span.end - start) / milliseconds))
  const values = new Array<number | null>(length).fill(null)
  for (const { time, value } of buckets ?? []) {
    const index = (time - start) / milliseconds
    // A bucket between two steps would be lost or moved; `points` still tells it.
    if (!Number.isInteger(index)) return null
    values[index] = value
  }
  return { start: new Date(start), stepSeconds, values }
}

/** Where on the clock buckets start: as reported, else by the zone, whose hours may start at half past in UTC. */
function gridOffset(
  buckets: readonly TrafficBucket[],
  rangeStart: number,
  milliseconds: number,
  timeZone: string | null,
): number {
  const [first] = buckets
  if (first) return first.time % milliseconds
  if (timeZone === null) return 0
  const { offsetNanoseconds } =
    Temporal.Instant.fromEpochMilliseconds(rangeStart).toZonedDateTimeISO(timeZone)
  return (((-offsetNanoseconds / 1e6) % milliseconds) + milliseconds) % milliseconds
}
