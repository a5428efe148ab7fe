/** By how much the clocks of instances may differ, in milliseconds: each may be some seconds off, and not to the same side. */
const clockLeeway = 10_000

/** How old what came from upstream then is, in milliseconds; undefined where a clock was put back, so that nobody knows. */
export function ageOf(at: number): number | undefined {
  const age = Date.now() - at
  return age < -clockLeeway ? undefined : age
}
