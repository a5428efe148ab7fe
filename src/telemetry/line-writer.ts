import type { Writable } from 'node:stream'

/** Writes lines to a stream without waiting for its reader. */
export interface LineWriter {
  /**
   * Writes a line with its end, at the end of the turn. Returns false if it drops the line, because too much waits for the
   * reader, or the reader is gone.
   */
  write(line: string): boolean
  /** The lines that are not written yet; from now on they belong to the caller. */
  take(): string
  /** Resolves with true once all is written, or with false after that many milliseconds. */
  flush(milliseconds: number): Promise<boolean>
}

type Output = Pick<Writable, 'write' | 'writableLength' | 'on'>

/** Holds at most so many characters, and writes those of one turn at once. */
export function openLineWriter(output: Output, mostCharacters = mostWaiting): LineWriter {
  let pending = ''
  let scheduled: NodeJS.Immediate | undefined
  const gone = Promise.withResolvers<false>()
  let isGone = false
  // Without a listener, the error would end the process.
  output.on('error', () => {
    isGone = true
    gone.resolve(false)
  })
  const take = () => {
    clearImmediate(scheduled)
    scheduled = undefined
    const text = pending
    pending = ''
    return text
  }
  const writeOut = () => void output.write(take())
  return {
    write(line) {
      if (isGone || output.writableLength + pending.length + line.length > mostCharacters) return false
      pending += line
      scheduled ??= setImmediate(writeOut)
      return true
    },
    take,
    async flush(milliseconds) {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const late = setTimeout(() => resolve(false), milliseconds)
      output.write(take(), error => resolve(!error))
      const isWhole = await Promise.race([promise, gone.promise])
      clearTimeout(late)
      return isWhole
    },
  }
}

/** The log of some seconds of a busy server. */
const mostWaiting = 4 * 1024 ** 2
