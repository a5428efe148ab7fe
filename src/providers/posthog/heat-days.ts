import type { Days } from './records.ts'

/** The first place begins a day fourteen hours before UTC, and the last one twelve hours after it. */
const [earliest, latest] = ['Etc/GMT+12', 'Etc/GMT-14']

/** The last day to request: no place has data of later days. */
export function lastDayOf({ to }: Days, now: number): string {
  const last = Temporal.PlainDate.from(to).subtract({ days: 1 })
  const today = dayIn(latest, now)
  return (Temporal.PlainDate.compare(last, today) < 0 ? last : today).toString()
}

/** Whether more interactions of these days may come, in an unknown time zone. */
export function touchToday({ to }: Days, now: number): boolean {
  return Temporal.PlainDate.compare(to, dayIn(earliest, now)) > 0
}

/** Whether a vendor that keeps so many days still has all of these, in an unknown time zone. */
export function areKept({ from }: Days, keptDays: number, now: number): boolean {
  const first = Temporal.PlainDate.from(dayIn(earliest, now)).subtract({ days: keptDays })
  return Temporal.PlainDate.compare(from, first) >= 0
}

function dayIn(timeZone: string, now: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate()
}
