import type { Finding } from './findings.ts'

/** In seconds. A header has only whole seconds, and takes some time to arrive. */
const [noticeable, harmful] = [5, 60]

/** Compares a vendor's clock with this machine's: the smallest difference among its responses, in milliseconds. */
export function clockFindings(subject: string, differences: readonly number[]): readonly Finding[] {
  const [least] = differences.toSorted((one, other) => Math.abs(one) - Math.abs(other))
  if (least === undefined) return []
  const seconds = Math.round(Math.abs(least) / 1000)
  if (seconds < noticeable)
    return [
      { subject, status: 'ok', message: `Its clock is within ${noticeable} seconds of this machine's.` },
    ]
  const side = least > 0 ? 'ahead of' : 'behind'
  const message = `Its clock is ${seconds} seconds ${side} this machine's: tokens, links and months end too early or too late.`
  return [{ subject, status: seconds < harmful ? 'warning' : 'failed', message }]
}
