import { setImmediate } from 'node:timers/promises'
import { hasWorkedLong } from '../../upstream/turns.ts'

/** Works on a number of things, a few at a time, and serves other requests in between. */
export async function inTurns(
  count: number,
  pieceSize: number,
  work: (start: number, end: number) => void,
): Promise<void> {
  for (let start = 0; start < count; start += pieceSize) {
    if (hasWorkedLong()) await setImmediate()
    work(start, Math.min(start + pieceSize, count))
  }
}
