/** In milliseconds; a day is one of UTC. */
export const [quarterHour, hour, day] = [900_000, 3_600_000, 86_400_000] as const

/** Of one bucket. */
export const stepMilliseconds = { hourly: hour, '15min': quarterHour } as const
