import type { Writable } from 'node:stream'

/** Writes lines to a stream without waiting for whoever reads it. */
export interface LineWriter {
  /** How many lines were left out so far, because the reader was slow or gone. */
  readonly dropped: number
  /** Writes a line with its end, at the latest in the next turn of the event loop; leaves it out if too much waits. */
  write(line: string): void
  /** Resolves when all is written, or after so many milliseconds. Returns whether all was. */
  flush(milliseconds: number): Promise<boolean>
}

type Output = Pick<Writable, 'write' | 'writableLength' | 'on' | 'destroyed'>

/** Holds at most so many characters, and writes those of one turn of the event loop at once. */
export function openLineWriter(output: Output, maximum = mostWaiting): LineWriter {
  let pending = ''
  let dropped = 0
  let isGone = false
  let scheduled: NodeJS.Immediate | undefined
  // A reader that is gone is no reason to end the process.
  output.on('error', () => {
    isGone = true
  })
  const writeOut = (written?: () => void) => {
    clearImmediate(scheduled)
    scheduled = undefined
    const text = pending
    pending = ''
    output.write(text, written)
  }
  return {
    get dropped() {
      return dropped
    },
    write(line) {
      if (isGone || output.writableLength + pending.length + line.length > maximum) {
        dropped++
        return
      }
      pending += line
      scheduled ??= setImmediate(writeOut)
    },
    async flush(milliseconds) {
      if (isGone) return false
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const late = setTimeout(() => resolve(false), milliseconds)
      output.on('error', () => resolve(false))
      writeOut(() => resolve(true))
      const isWhole = await promise
      clearTimeout(late)
      return isWhole
    },
  }
}

/** A few seconds of a busy server. */
const mostWaiting = 4 * 1024 ** 2
