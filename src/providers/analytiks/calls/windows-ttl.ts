import type { TrafficSpan } from '../records.ts'
import { isOver } from './windows.ts'

export interface TtlSettings {
  /** How long a window that is over may be kept. */
  readonly milliseconds: number
}

/** For a window that was not over when it was asked, whose traffic still changes. */
const minute = 60_000

/** How long a window's traffic may be kept that was told at that time. */
export function trafficTtl({ milliseconds }: TtlSettings, window: TrafficSpan, at: number): number {
  return isOver(window, at) ? milliseconds : Math.min(minute, milliseconds)
}
