import { writeSync } from 'node:fs'
import { counted } from '../upstream/counted.ts'
import type { Log, LogFields } from '../upstream/log.ts'
import { Backlog } from './backlog.ts'
import { openLineWriter } from './line-writer.ts'
import { type LogLevel, openLog } from './open-log.ts'
import { boundRepeats } from './repeated-lines.ts'

/** The log of a command. Disposing of it waits for its reader for at most a second. */
export interface ProcessLog extends Log, AsyncDisposable {
  /** How many lines were dropped, because their reader was slow or gone. */
  readonly dropped: number
  /** Reports why the command cannot run, at any level. */
  refuse(message: string, problems: readonly string[]): void
}

/** On standard error: JSON, or lines for people if it is a terminal. No line waits for its reader. */
export async function openProcessLog(level: LogLevel): Promise<ProcessLog> {
  const { stderr } = process
  const pretty = stderr.isTTY ? await openPretty() : undefined
  const writer = openLineWriter(stderr)
  let dropped = 0
  let unreported = 0
  const write = (line: string) => {
    if (!writer.write(pretty ? pretty(line) : `${line}\n`)) {
      dropped++
      unreported++
    } else if (unreported > 0) {
      const lost = unreported
      unreported = 0
      log.warn({ lost }, `Left out ${counted(lost, 'line')} of the log: nobody read them in time`)
    }
  }
  /** The time of a line that is written late. */
  let moment: number | undefined
  const log = openLog(level, write, () => moment ?? Date.now())
  const bounded = boundRepeats(log)
  const backlog = new Backlog()
  const inform = (fields: LogFields, message: string) => {
    const at = Date.now()
    backlog.add(() => {
      moment = at
      bounded.info(fields, message)
      moment = undefined
    })
  }
  /** Writes lines in the order of their events. */
  const inOrder = (write: Log['warn']) => (fields: LogFields, message: string) => {
    backlog.run()
    write(fields, message)
  }
  const writeLast = () => {
    backlog.run()
    tryWrite(writer.take())
  }
  process.once('exit', writeLast)
  return {
    error: inOrder(bounded.error),
    warn: inOrder(bounded.warn),
    info: log.isBrief ? bounded.info : inform,
    isBrief: log.isBrief === true,
    get dropped() {
      return dropped
    },
    refuse(message, problems) {
      if (pretty) stderr.write(`${message}\n`)
      else openLog('error', write).error({ problems }, message)
    },
    async [Symbol.asyncDispose]() {
      backlog.run()
      bounded[Symbol.dispose]()
      const isWhole = await writer.flush(patience)
      process.off('exit', writeLast)
      // Lines that wait in a pipe would keep the process alive until somebody reads them.
      if (!isWhole) setTimeout(() => process.exit(), 0)
    },
  }
}

/** Milliseconds for which the end of a command waits for the reader of its log. */
const patience = 1000

async function openPretty(): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty')
  return prettyFactory({ messageKey: 'message' })
}

/** A full pipe takes nothing. */
function tryWrite(text: string): void {
  try {
    writeSync(process.stderr.fd, text)
  } catch {
    // The reader is gone.
  }
}
