import type { Context } from '../src/context.ts'
import type { PostHogScope } from '../src/providers/posthog/client.ts'
import type { Days } from '../src/providers/posthog/records.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'
import { CalendarPeriod, calendarLength, datesOf, type RelativeDays } from './relative-range.ts'

/** As the client writes it: `from` and `to`, or one other member. */
export interface DaysInput extends RelativeDays {
  readonly from?: string | null | undefined
  readonly to?: string | null | undefined
  readonly before?: DaysInput | null | undefined
}

export const DayRange = builder.inputRef<DaysInput>('DayRange')
DayRange.implement({
  description:
    "Whole days by the calendar of the vendor's project, in the project's own time zone: `from` and `to`, or one of `last`, `period` and `before`, which need that time zone in the catalog. Half-open: `from` is in it, `to` is not.",
  fields: t => ({
    from: t.field({ type: 'LocalDate', description: 'The first day; needs `to`.' }),
    to: t.field({
      type: 'LocalDate',
      description: 'The first day after the range, which is not in it; needs `from`.',
    }),
    last: t.field({
      type: 'Duration',
      description: "The days up to yesterday by the project's calendar: `P7D`, `P4W`, `P1M`.",
    }),
    period: t.field({ type: CalendarPeriod, description: "A period of the project's calendar." }),
    before: t.field({
      type: DayRange,
      description:
        'The same period before the given one, which must not be a `before` itself, as in `TrafficRange`.',
    }),
  }),
})

export const DaySpan = builder.objectRef<Days>('DaySpan')
DaySpan.implement({
  description: "Whole days by the calendar of the vendor's project. Half-open: `from` is in it, `to` is not.",
  fields: t => ({
    from: t.expose('from', { type: 'LocalDate', nullable: false, description: 'The first day.' }),
    to: t.expose('to', {
      type: 'LocalDate',
      nullable: false,
      description: 'The first day after it, which is not in it.',
    }),
  }),
})

/** The days of a range by the calendar of a project. Throws BadInput if that is not known, and as `checkDays` does. */
export function daysAt(
  name: string,
  range: DaysInput,
  scope: PostHogScope,
  { catalog, days, heatmapDays }: Pick<Context, 'catalog' | 'days' | 'heatmapDays'>,
): Days {
  const read = readDays(name, range, () => {
    const kind = scope.kind === 'projects' ? 'posthog' : 'posthog-environment'
    const timeZone = catalog.website(`${kind}:${scope.id}`)?.posthogTimeZone
    if (timeZone) return days.today(timeZone)
    throw new BadInput(
      'The days of `last` and `period` need a time zone: give the website `posthog.timeZone` in the catalog, or ask `from` and `to`.',
    )
  })
  checkKept(name, read, heatmapDays)
  return read
}

/** Leaves out days that have not begun anywhere: an overlay's link keeps its days and would ask for one more each day. */
export function begunDays(range: Days): Days {
  const end = dayIn('Etc/GMT-14', Date.now()).add({ days: 1 }).toString()
  return range.to < end ? range : { from: range.from, to: end }
}

/** Refuses days of which PostHog has nothing, or only a part: their numbers would be too small without a warning. */
export function checkDays(
  name: string,
  range: DaysInput,
  { heatmapDays }: Pick<Context, 'heatmapDays'>,
): void {
  // Days relative to today are latest in the time zone furthest ahead: if they are refused there, they are refused everywhere.
  const read = readDays(name, range, () => dayIn('Etc/GMT-14', Date.now()))
  checkKept(name, read, heatmapDays)
}

function readDays(name: string, range: DaysInput, today: () => Temporal.PlainDate): Days {
  const isBefore = range.before != null
  if (countMembers(range) !== 1) throw notOne(name)
  const asked = range.before ?? range
  if (countMembers(asked) !== 1) throw notOne(`${name}.before`)
  if (asked.before != null) throw new BadInput('`before` takes a range that is not itself a `before`.')
  const { from, to } = asked
  if (from != null && to != null) {
    if (to <= from) throw new BadInput(`${name} ends at ${to}, which is not after its start at ${from}.`)
    return isBefore ? daysBefore({ from, to }) : { from, to }
  }
  const dates = datesOf(asked, today(), isBefore)
  if (!dates) throw new BadInput(`${name} needs \`from\` and \`to\`, each a LocalDate.`)
  return { from: dates.start.toString(), to: dates.end.toString() }
}

function countMembers({ from, to, last, period, before }: DaysInput): number {
  return [from ?? to, last, period, before].filter(member => member != null).length
}

function notOne(name: string): BadInput {
  const members = '`from` and `to`, or exactly one of `last`, `period` and `before`'
  return new BadInput(`${name} has ${members}.`)
}

function daysBefore({ from, to }: Days): Days {
  const start = Temporal.PlainDateTime.from(from)
  const length = calendarLength(start, Temporal.PlainDateTime.from(to))
  return { from: start.subtract(length).toPlainDate().toString(), to: from }
}

function checkKept(name: string, { from }: Days, keptDays: number | undefined): void {
  const now = Date.now()
  if (keptDays !== undefined) {
    const first = dayIn('Etc/GMT+12', now).subtract({ days: keptDays }).toString()
    if (from < first)
      throw new BadInput(
        `PostHog keeps heatmap data for ${keptDays} days: ${name}.from must be ${first} or later, not ${from}.`,
      )
  }
  if (from > dayIn('Etc/GMT-14', now).toString())
    throw new BadInput(`${name}.from is ${from}, which is in the future.`)
}

/** In the last time zone to begin a day, or in the first. */
function dayIn(timeZone: 'Etc/GMT+12' | 'Etc/GMT-14', now: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate()
}
