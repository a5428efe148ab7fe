import { day, hour } from './lengths.ts'

/** A stretch of time with one offset from UTC. */
interface Stretch {
  readonly from: number
  readonly until: number
  readonly offset: number
}

/**
 * The clock of a time zone. Instants are milliseconds since 1970; local times are the clock's reading taken as UTC. Calls
 * Temporal once per stretch of equal offset, so that a bucket costs only a comparison.
 */
export class ZoneClock {
  readonly #timeZone: string
  readonly #stretches: Stretch[] = []
  #latest: Stretch = { from: 0, until: 0, offset: 0 }

  /** Throws a RangeError if the name is not a time zone. */
  constructor(timeZone: string) {
    this.#timeZone = timeZone
    this.#latest = this.#stretchAt(0)
  }

  localOf(instant: number): number {
    return instant + this.#stretchAt(instant).offset
  }

  /** The instant at which the clock shows a local time; null if it does so twice or never. */
  instantOf(local: number): number | null {
    const [first, second] = this.#instantsOf(local)
    return first === undefined || second !== undefined ? null : first
  }

  /** The first instant at which the clock shows a local time, or the instant of the change that skips it. */
  firstInstantAt(local: number): number {
    const [first] = this.#instantsOf(local)
    return first ?? this.#stretchAt(local - this.#stretchAt(local - day).offset).from
  }

  /** Whether the offset from UTC is in whole hours throughout a range. */
  keepsWholeHours(start: number, end: number): boolean {
    for (let at = start; at < end; ) {
      const { offset, until } = this.#stretchAt(at)
      if (offset % hour !== 0) return false
      at = until
    }
    return true
  }

  /** In order of time. Relies on this: no offset exceeds a day, and no clock changes twice within two days. */
  #instantsOf(local: number): number[] {
    const before = this.#stretchAt(local - day).offset
    const after = this.#stretchAt(local + day).offset
    const offsets = before === after ? [before] : [before, after]
    return offsets
      .filter(offset => this.#stretchAt(local - offset).offset === offset)
      .map(offset => local - offset)
      .sort((one, other) => one - other)
  }

  #stretchAt(instant: number): Stretch {
    if (!holds(this.#latest, instant)) this.#latest = this.#find(instant)
    return this.#latest
  }

  #find(instant: number): Stretch {
    const known = this.#stretches.find(stretch => holds(stretch, instant))
    if (known) return known
    const there = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(this.#timeZone)
    const stretch = {
      // One millisecond later, since at the instant of a change 'previous' is the change before it.
      from:
        there.add({ milliseconds: 1 }).getTimeZoneTransition('previous')?.epochMilliseconds ??
        Number.NEGATIVE_INFINITY,
      until: there.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
      offset: there.offsetNanoseconds / 1e6,
    }
    this.#stretches.push(stretch)
    return stretch
  }
}

const clocks = new Map<string, ZoneClock>()

/** One clock per zone for the whole process: the platform's rules do not change, and the catalog has few zones. */
export function clockOf(timeZone: string): ZoneClock {
  return clocks.getOrInsertComputed(timeZone, () => new ZoneClock(timeZone))
}

function holds({ from, until }: Stretch, instant: number): boolean {
  return instant >= from && instant < until
}
