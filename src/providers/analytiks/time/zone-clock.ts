/** A stretch of time in which a clock keeps one offset from UTC. */
interface Stretch {
  readonly from: number
  readonly until: number
  readonly offset: number
}

const day = 86_400_000

/**
 * The clock of a time zone. Instants are milliseconds since 1970, local times the same of the clock's reading as if it were
 * UTC. The platform is asked once a stretch of equal offset, so that a bucket costs a comparison.
 */
export class ZoneClock {
  readonly #timeZone: string
  readonly #stretches: Stretch[] = []
  #latest: Stretch = { from: 0, until: 0, offset: 0 }

  /** Throws a RangeError for a name that is no time zone. */
  constructor(timeZone: string) {
    this.#timeZone = timeZone
    this.#latest = this.#stretchAt(0)
  }

  localOf(instant: number): number {
    return instant + this.#stretchAt(instant).offset
  }

  /** The instant at which the clock shows a local time; null where it does so twice, or never. */
  instantOf(local: number): number | null {
    const [first, second] = this.#instantsOf(local)
    return first === undefined || second !== undefined ? null : first
  }

  /** The first instant at which the clock shows a local time, or has skipped it. */
  firstInstantAt(local: number): number {
    const [first] = this.#instantsOf(local)
    return first ?? this.#stretchAt(local - this.#stretchAt(local - day).offset).from
  }

  /** Whether the clock is off UTC by whole hours, all through a range. */
  keepsWholeHours(start: number, end: number): boolean {
    for (let at = start; at < end; ) {
      const { offset, until } = this.#stretchAt(at)
      if (offset % 3_600_000 !== 0) return false
      at = until
    }
    return true
  }

  /** In order of time. No clock is more than a day off UTC, and none changes twice within two days. */
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
      // One further, since the change before a change is another one.
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

/** One clock a zone for the whole process: it says what the platform says, and the catalog's zones are few. */
export function clockOf(timeZone: string): ZoneClock {
  return clocks.getOrInsertComputed(timeZone, () => new ZoneClock(timeZone))
}

function holds({ from, until }: Stretch, instant: number): boolean {
  return instant >= from && instant < until
}
