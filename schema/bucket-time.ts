import type { TrafficBucket } from '../src/providers/analytiks/wire.ts'

/** The instant at which a bucket starts, in milliseconds since 1970; null where its local time alone cannot tell. */
export function instantOf({ time, zoned }: TrafficBucket, timeZone: string | null): number | null {
  if (zoned) return time
  if (timeZone === null) return null
  try {
    return toPlain(time, 'UTC').toZonedDateTime(timeZone, { disambiguation: 'reject' }).epochMilliseconds
  } catch {
    // The hour that a clock change repeats or skips.
    return null
  }
}

/** The local time at which a bucket starts, in milliseconds since 1970 as if it were UTC; null without a zone to tell it. */
export function localTimeOf({ time, zoned }: TrafficBucket, timeZone: string | null): number | null {
  if (!zoned) return time
  if (timeZone === null) return null
  return toPlain(time, timeZone).toZonedDateTime('UTC').epochMilliseconds
}

function toPlain(time: number, timeZone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timeZone).toPlainDateTime()
}
