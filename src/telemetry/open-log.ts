import { pino } from 'pino'
import type { Log } from '../upstream/log.ts'

/** Those of pino. Isotherm itself writes errors, warnings and infos. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export type LogLevel = (typeof logLevels)[number]

/** A log in JSON, one line each, with time and level by name. `write` gets each line without its end. */
export function openLog(level: LogLevel, write: (line: string) => void): Log {
  const options = {
    level,
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const logger = pino(options, { write: line => write(line.trimEnd()) })
  return {
    error: logger.error.bind(logger),
    warn: logger.warn.bind(logger),
    info: logger.info.bind(logger),
    isBrief: !logger.isLevelEnabled('info'),
  }
}
