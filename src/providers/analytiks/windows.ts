import type { TrafficSpan } from './wire.ts'

const day = 86_400_000
/** The most of one call (the vendor's page). */
const windowDays = 5
const windowLength = windowDays * day

/**
 * Cuts a range of any length where the days since 1970 are a multiple of five, by the clock that the range is told in. With
 * `whole`, windows reach beyond the range, so that whatever is asked of the same days makes the same calls: one that is
 * over is asked whole, another to the end of the last day that is wanted.
 */
export function windowsOf(
  { form, start, end }: TrafficSpan,
  { whole, now }: { readonly whole: boolean; readonly now: number },
): TrafficSpan[] {
  const windows: TrafficSpan[] = []
  for (let from = Math.floor(start / windowLength) * windowLength; from < end; from += windowLength) {
    const window = { form, start: from, end: from + windowLength }
    if (!whole) windows.push({ form, start: Math.max(window.start, start), end: Math.min(window.end, end) })
    else if (isOver(window, now)) windows.push(window)
    else windows.push({ ...window, end: Math.min(window.end, Math.ceil(end / day) * day) })
  }
  return windows
}

/** Cameras may report late, and a local clock may be behind UTC or before it. */
const leeway = { utc: 3_600_000, local: 15 * 3_600_000 } as const

/** Whether nothing of a window can have been counted yet. */
export function isAhead({ form, start }: TrafficSpan, now: number): boolean {
  return start - leeway[form] > now
}

/** Whether a window's traffic can change no more. */
export function isOver({ form, end }: TrafficSpan, now: number): boolean {
  return end + leeway[form] <= now
}
