interface LocalDay {
  readonly date: Temporal.PlainDate
  /** In milliseconds since 1970. */
  readonly until: number
}

/** The current day at each place: one moment for a whole request, however long it runs. */
export class LocalDays {
  readonly #now: Temporal.Instant
  readonly #days = new Map<string, LocalDay>()
  #until = Number.POSITIVE_INFINITY

  /** In milliseconds since 1970. */
  constructor(now: number) {
    this.#now = Temporal.Instant.fromEpochMilliseconds(now)
  }

  /** Throws a RangeError if the name is not a time zone. */
  today(timeZone: string): Temporal.PlainDate {
    const { date, until } = this.#days.getOrInsertComputed(timeZone, () => this.#dayIn(timeZone))
    this.#until = Math.min(this.#until, until)
    return date
  }

  /** When the first of the requested days may change, in milliseconds since 1970. */
  get until(): number {
    return this.#until
  }

  #dayIn(timeZone: string): LocalDay {
    const there = this.#now.toZonedDateTimeISO(timeZone)
    const date = there.toPlainDate()
    const midnight = date.add({ days: 1 }).toZonedDateTime(timeZone)
    // A clock that is put back just after midnight returns to the day before.
    const change = there.getTimeZoneTransition('next')
    const until = Math.min(midnight.epochMilliseconds, change?.epochMilliseconds ?? Number.POSITIVE_INFINITY)
    return { date, until }
  }
}
