import { type Days, keptDays } from '../src/providers/posthog/records.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'

export const DayRange = builder.inputType('DayRange', {
  description:
    "Whole days by the calendar of the vendor's project, in the project's own time zone. Half-open: `from` is in it, `to` is not.",
  fields: t => ({
    from: t.field({ type: 'LocalDate', required: true, description: 'The first day.' }),
    to: t.field({
      type: 'LocalDate',
      required: true,
      description: 'The first day after the range, which is not in it.',
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

/** Refuses days of which PostHog has nothing, or no longer everything: their numbers would be too small without a word. */
export function checkDays(name: string, { from, to }: Days, now = Date.now()): void {
  if (to <= from) throw new BadInput(`${name} ends at ${to}, which is not after its start at ${from}.`)
  const first = dayIn('Etc/GMT+12', now).subtract({ days: keptDays }).toString()
  if (from < first)
    throw new BadInput(
      `PostHog keeps heatmap data for ${keptDays} days: ${name}.from must be ${first} or later, not ${from}.`,
    )
  if (from > dayIn('Etc/GMT-14', now).toString())
    throw new BadInput(`${name}.from is ${from}, which is in the future.`)
}

/** In the last time zone to begin a day, or in the first. */
function dayIn(timeZone: 'Etc/GMT+12' | 'Etc/GMT-14', now: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate()
}
