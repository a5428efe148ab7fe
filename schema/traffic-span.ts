import type { TrafficSpan as SpanRecord } from '../src/providers/analytiks/records.ts'
import { builder } from './builder.ts'

/** A range as one place has it. */
export interface PlaceSpan {
  readonly span: SpanRecord
  readonly timeZone: string | null
}

export const TrafficSpan = builder.objectRef<PlaceSpan>('TrafficSpan')
TrafficSpan.implement({
  requiresScopes: [['traffic:read']],
  description:
    'A range at a place: the same for all places of a time zone. Half-open: the start is in it, the end is not.',
  fields: t => ({
    start: t.field({
      type: 'DateTime',
      description:
        'The first instant of the range. Null for a local range of a place without a time zone, where only local times are known.',
      resolve: ({ span }) => instantOf(span, span.start),
    }),
    end: t.field({
      type: 'DateTime',
      description: 'The first instant after the range; null where `start` is.',
      resolve: ({ span }) => instantOf(span, span.end),
    }),
    localStart: t.field({
      type: 'LocalDateTime',
      description: "The start by the place's own clock. Null for a UTC range of a place without a time zone.",
      resolve: ({ span, timeZone }) => localOf(span, span.start, timeZone),
    }),
    localEnd: t.field({
      type: 'LocalDateTime',
      description: "The end by the place's own clock; null where `localStart` is.",
      resolve: ({ span, timeZone }) => localOf(span, span.end, timeZone),
    }),
  }),
})

function instantOf({ form }: SpanRecord, time: number): string | null {
  return form === 'utc' ? new Date(time).toISOString() : null
}

function localOf({ form }: SpanRecord, time: number, timeZone: string | null): string | null {
  if (form === 'utc' && timeZone === null) return null
  const zone = form === 'local' || timeZone === null ? 'UTC' : timeZone
  const shown = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone)
  return shown.toPlainDateTime().toString({ smallestUnit: time % 1000 === 0 ? 'second' : 'millisecond' })
}
