import type { Days } from './records.ts'

/** Some place has begun a new day fourteen hours before UTC, and the last one twelve hours after it. */
const [earliest, latest] = ['Etc/GMT+12', 'Etc/GMT-14']

/** The last day that is asked: of the days to come there is nothing anywhere. */
export function lastDayOf({ to }: Days, now: number): string {
  const last = Temporal.PlainDate.from(to).subtract({ days: 1 })
  const today = dayIn(latest, now)
  return (Temporal.PlainDate.compare(last, today) < 0 ? last : today).toString()
}

/** Whether interactions of these days may still come, in a time zone that is not known. */
export function touchToday({ to }: Days, now: number): boolean {
  return Temporal.PlainDate.compare(to, dayIn(earliest, now)) > 0
}

/** Whether a vendor that keeps so many days still has all of these, in a time zone that is not known. */
export function areKept({ from }: Days, keptDays: number, now: number): boolean {
  const first = Temporal.PlainDate.from(dayIn(earliest, now)).subtract({ days: keptDays })
  return Temporal.PlainDate.compare(from, first) >= 0
}

function dayIn(timeZone: string, now: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate()
}
