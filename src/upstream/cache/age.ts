/** How far the clocks of instances may differ, in milliseconds: each may be some seconds off, in either direction. */
const clockLeeway = 10_000

/** The age of data with that time, in milliseconds; undefined if a clock was put back, so that nobody knows. */
export function ageOf(at: number): number | undefined {
  const age = Date.now() - at
  return age < -clockLeeway ? undefined : age
}
