import { type LogLevel, openLog } from '../../src/telemetry/open-log.ts'
import type { Log } from '../../src/upstream/log.ts'

export interface RecordedLog {
  readonly log: Log
  /** The messages so far. */
  readonly messages: string[]
  /** The whole lines so far. */
  readonly lines: string[]
}

/** A log that keeps what it writes; by default what an operator should look at. */
export function recordLog(level: LogLevel = 'warn'): RecordedLog {
  const messages: string[] = []
  const lines: string[] = []
  const log = openLog(level, line => {
    lines.push(line)
    messages.push(String(JSON.parse(line).message))
  })
  return { log, messages, lines }
}
