import { isOver, overlapOf, windowLength } from '../calls/windows.ts'
import { lowerBound } from '../ordered-list.ts'
import type { TrafficSpan, TrafficStep } from '../records.ts'
import { day } from '../time/lengths.ts'
import { clockOf } from '../time/zone-clock.ts'
import type { TrafficQuestion } from '../traffic-question.ts'
import { framesOf, type MonthFrame } from './month-frame.ts'

/** The slots of one month that lie in a range: from one to before another. */
export interface MonthPart {
  readonly frame: MonthFrame
  readonly from: number
  readonly until: number
  readonly span: TrafficSpan
  /** The windows that it needs, with their numbers in the month. */
  readonly windows: readonly NumberedWindow[]
}

export interface NumberedWindow {
  readonly span: TrafficSpan
  readonly window: number
}

/** A window of a range, and the parts of the range that need it. */
export interface PlannedWindow {
  readonly span: TrafficSpan
  /** The parts of the plan that it belongs to, with its number in the month. */
  readonly places: readonly { readonly part: number; readonly window: number }[]
  /** The parts of the range that are read from the window itself. */
  readonly raw: readonly TrafficSpan[]
}

/** How a range is built from months and windows. */
export interface MonthPlan {
  readonly parts: readonly MonthPart[]
  readonly windows: readonly PlannedWindow[]
  /** Whether its months are worth caching in place of its windows. */
  readonly isLong: boolean
}

/** A shorter range would leave most of its months empty. */
const shortestDays = 28

/** Reads everything from the windows. */
export function planWindows(windows: readonly TrafficSpan[]): MonthPlan {
  return { parts: [], windows: windows.map(span => ({ span, places: [], raw: [span] })), isLong: false }
}

/**
 * Takes whole days or hours of past windows from months, and the rest from windows. Also from windows comes what months cannot
 * hold exactly: points of interest, local ranges, quarter-hours, and days whose ends lie within an hour of UTC.
 */
export function planMonths(
  question: Pick<TrafficQuestion, 'span' | 'interval' | 'timeZone' | 'withPointsOfInterest'>,
  step: TrafficStep,
  windows: readonly TrafficSpan[],
  now: number,
): MonthPlan {
  const { span, interval, timeZone, withPointsOfInterest } = question
  const zone = interval === 'hourly' ? 'UTC' : timeZone
  if (withPointsOfInterest || span.form === 'local' || interval === '15min' || zone === null)
    return planWindows(windows)
  if (step === 'hourly' && !clockOf(zone).keepsWholeHours(span.start, span.end)) return planWindows(windows)
  if (step === '15min' && interval === 'whole') return planWindows(windows)
  const firstOpen = windows.find(window => !isWhole(window, now))
  const folded = { start: span.start, end: Math.min(span.end, firstOpen?.start ?? span.end) }
  if (folded.start >= folded.end) return planWindows(windows)
  const kind = interval === 'hourly' ? 'hours' : 'days'
  const over = windows.filter(window => isWhole(window, now))
  const parts = framesOf(folded, kind, step, zone).flatMap(frame => partOf(frame, folded, over))
  const [first, last] = [parts[0], parts.at(-1)]
  if (!first || !last || !parts.every(({ frame }) => frame.areQuarters)) return planWindows(windows)
  // An hour that begins within the range belongs to it; a day would lack a part.
  const whole = kind === 'hours' ? folded : { start: first.span.start, end: last.span.end }
  const rest = [
    { start: span.start, end: whole.start },
    { start: whole.end, end: span.end },
  ]
  return {
    parts,
    windows: windows.map(window => {
      const places = parts.flatMap(({ windows }, part) =>
        windows.filter(one => one.span === window).map(({ window: number }) => ({ part, window: number })),
      )
      // Months hold nothing of a window in which no hour of the range begins.
      const read = places.length > 0 ? rest : [span]
      return { span: window, places, raw: read.map(part => overlapOf(window, part)).filter(isSome) }
    }),
    isLong: last.span.end - first.span.start >= shortestDays * day,
  }
}

/** The slots of a month within a range: all hours that start in it, and all days that lie in it completely. */
function partOf(
  frame: MonthFrame,
  { start, end }: Pick<TrafficSpan, 'start' | 'end'>,
  over: readonly TrafficSpan[],
): MonthPart[] {
  const from = lowerBound(frame.starts, start)
  let until = lowerBound(frame.starts, end)
  if (frame.kind === 'days' && until > from && frame.endOf(until - 1) > end) until--
  const first = frame.starts[from]
  if (first === undefined || until <= from) return []
  const span = { form: 'utc', start: first, end: frame.endOf(until - 1) } as const
  const windows = over
    .filter(window => isSome(overlapOf(window, span)))
    .map(window => ({ span: window, window: numberOf(window.start) - numberOf(frame.start) }))
  return [{ frame, from, until, span, windows }]
}

/** A range that ends within a window may cut it, and the part behind the cut would be missing in the month. */
function isWhole(window: TrafficSpan, now: number): boolean {
  return window.end % windowLength === 0 && isOver(window, now)
}

function numberOf(time: number): number {
  return Math.floor(time / windowLength)
}

function isSome({ start, end }: TrafficSpan): boolean {
  return start < end
}
