import type { TrafficSpan, TrafficStep } from '../records.ts'
import { periodsOf } from '../time/calendar-periods.ts'
import { hour, quarterHour } from '../time/lengths.ts'
import { clockOf } from '../time/zone-clock.ts'

/** `hours`: as upstream returns them, by months of UTC. `days`: of a time zone, by its months. */
export type SlotKind = 'hours' | 'days'

/** The slots of one calendar month. A month of traffic has one number for each slot and metric. */
export class MonthFrame {
  /** Equal for the same slots. */
  readonly name: string
  readonly kind: SlotKind
  readonly step: TrafficStep
  /** The start of each slot, an instant. */
  readonly starts: readonly number[]
  readonly end: number
  /** The slots by quarter-hours since the start. */
  readonly #slots: Uint16Array

  constructor(kind: SlotKind, step: TrafficStep, timeZone: string, month: Month) {
    const [first = month.start] = month.starts
    this.name = `${kind} ${step} ${first} ${timeZone}`
    this.kind = kind
    this.step = step
    this.starts = month.starts
    this.end = month.end
    this.#slots = new Uint16Array(Math.ceil((month.end - first) / quarterHour))
    for (let slot = 0, quarter = 0; quarter < this.#slots.length; quarter++) {
      if (first + quarter * quarterHour >= this.endOf(slot)) slot++
      this.#slots[quarter] = slot
    }
  }

  get start(): number {
    return this.starts[0] ?? this.end
  }

  /** Whether every slot begins on a full quarter-hour. Days did not when clocks followed the sun. */
  get areQuarters(): boolean {
    return this.starts.every(start => start % quarterHour === 0)
  }

  /** The exclusive end of a slot. */
  endOf(slot: number): number {
    return this.starts[slot + 1] ?? this.end
  }

  /** The slot that contains a full quarter-hour of the month. */
  slotOf(time: number): number {
    return this.#slots[(time - this.start) / quarterHour] ?? 0
  }
}

interface Month {
  readonly start: number
  readonly end: number
  readonly starts: readonly number[]
}

/** The months that a range in UTC touches, in order. */
export function framesOf(
  { start, end }: Pick<TrafficSpan, 'start' | 'end'>,
  kind: SlotKind,
  step: TrafficStep,
  timeZone: string,
): MonthFrame[] {
  const clock = clockOf(timeZone)
  const touched = periodsOf({ form: 'utc', start, end: end + longestMonth }, 'monthly', clock)?.starts ?? []
  return touched.flatMap((from, index) => {
    const until = touched[index + 1]
    if (until === undefined || from >= end) return []
    const month = { form: 'utc', start: from, end: until } as const
    const starts = kind === 'hours' ? hoursOf(month) : (periodsOf(month, 'daily', clock)?.starts ?? [])
    return [new MonthFrame(kind, step, timeZone, { ...month, starts })]
  })
}

const longestMonth = 32 * 24 * hour

function hoursOf({ start, end }: Pick<TrafficSpan, 'start' | 'end'>): number[] {
  return Array.from({ length: (end - start) / hour }, (_, index) => start + index * hour)
}
