import type { Log } from '../upstream/log.ts'
import { type LogLevel, openLog } from './open-log.ts'

/** The log of a command: JSON on standard error, or lines for people if that is a terminal. */
export async function openProcessLog(level: LogLevel): Promise<Log> {
  if (!process.stderr.isTTY) return openLog(level, line => void process.stderr.write(`${line}\n`))
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({ messageKey: 'message' })
  return openLog(level, line => void process.stderr.write(pretty(line)))
}
