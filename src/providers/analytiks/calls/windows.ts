import type { TrafficSpan, TrafficStep } from '../records.ts'
import { day, hour, stepMilliseconds } from '../time/lengths.ts'

/** The longest range of one call (the vendor's page). */
const windowDays = 5
export const windowLength = windowDays * day
/** Earlier days cannot be printed with a four-digit year. */
const firstDay = Date.parse('0001-01-01T00:00:00Z')

/**
 * Cuts a range of any length where the days since 1970 are a multiple of five, in the form of the range. With `areWhole`,
 * windows reach beyond the range so that all questions about the same days make the same calls: a past window is requested
 * whole, a current one up to the end of the last day of the range.
 */
export function windowsOf(
  { form, start, end }: TrafficSpan,
  { areWhole, now }: { readonly areWhole: boolean; readonly now: number },
): TrafficSpan[] {
  const windows: TrafficSpan[] = []
  for (let from = Math.floor(start / windowLength) * windowLength; from < end; from += windowLength) {
    const window = { form, start: Math.max(from, firstDay), end: from + windowLength }
    if (!areWhole) windows.push(overlapOf(window, { start, end }))
    else if (isOver(window, now)) windows.push(window)
    else windows.push({ ...window, end: Math.min(window.end, Math.ceil(end / day) * day) })
  }
  return windows
}

/** The part of a range that lies in a window. It is empty if it ends at its start or before it. */
export function overlapOf(
  window: TrafficSpan,
  { start, end }: Pick<TrafficSpan, 'start' | 'end'>,
): TrafficSpan {
  return { ...window, start: Math.max(window.start, start), end: Math.min(window.end, end) }
}

/** The most that a local clock may be ahead of UTC. */
const furthestAhead = 14 * hour

/** The end of the current bucket; in local form that of the clock furthest ahead, since the zone is not known. */
function presentEnd(form: TrafficSpan['form'], step: TrafficStep, now: number): number {
  const milliseconds = stepMilliseconds[step]
  const latest = form === 'utc' ? now : now + furthestAhead
  return (Math.floor(latest / milliseconds) + 1) * milliseconds
}

/** Whether all buckets of a window are in the future. */
function isAhead({ form, start }: TrafficSpan, step: TrafficStep, now: number): boolean {
  return start >= presentEnd(form, step, now)
}

/** The window without its future buckets: the current one is its last. */
export function untilNow(window: TrafficSpan, step: TrafficStep, now: number): TrafficSpan {
  const end = presentEnd(window.form, step, now)
  return window.end <= end ? window : { ...window, end }
}

/**
 * The windows of a range that have begun. Calls for the current one leave out the future, so ranges that reach into the future
 * share the window that ends today.
 */
export function begunWindows(
  span: TrafficSpan,
  step: TrafficStep,
  options: { readonly areWhole: boolean; readonly now: number },
): TrafficSpan[] {
  const { now } = options
  const today = Math.ceil(presentEnd(span.form, step, now) / day) * day
  return windowsOf(span, options)
    .filter(window => !isAhead(window, step, now))
    .map(window => (window.end <= today ? window : { ...window, end: today }))
}

/** The window of the current bucket, requested only for its list of locations. */
export function presentWindow(form: TrafficSpan['form'], step: TrafficStep, now: number): TrafficSpan {
  const end = presentEnd(form, step, now)
  return { form, start: end - stepMilliseconds[step], end }
}

/** Cameras may report late, and a local clock may be behind or ahead of UTC. */
const leeway = { utc: hour, local: 15 * hour } as const

/** Whether a window's traffic no longer changes. */
export function isOver({ form, end }: TrafficSpan, now: number): boolean {
  return end + leeway[form] <= now
}

export interface TtlSettings {
  /** How long a window that is over may be cached. */
  readonly milliseconds: number
}

/** For a window that was not over when it was requested: its traffic still changes. */
const minute = 60_000

/** How long a window's traffic may be cached that was requested at `at`. */
export function trafficTtl({ milliseconds }: TtlSettings, window: TrafficSpan, at: number): number {
  return isOver(window, at) ? milliseconds : Math.min(minute, milliseconds)
}
