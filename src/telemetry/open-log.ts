import { pino } from 'pino'
import type { Log } from '../upstream/log.ts'

/** The levels of pino. Isotherm itself writes errors, warnings and infos. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export type LogLevel = (typeof logLevels)[number]

/**
 * Prints times, in ms since 1970, as ISO 8601 in UTC. All times of one second share its printed part, which takes an eighth of
 * the time.
 */
export function isoTimes(): (moment: number) => string {
  let [second, text] = [Number.NaN, '']
  return moment => {
    const milliseconds = moment % 1000
    if (moment - milliseconds !== second) {
      second = moment - milliseconds
      text = new Date(second).toISOString().slice(0, -4)
    }
    return `${text}${String(milliseconds).padStart(3, '0')}Z`
  }
}

/** A log in JSON, one line each, with time and level by name. `write` gets each line without its end; `now` is in ms since 1970. */
export function openLog(level: LogLevel, write: (line: string) => void, now: () => number = Date.now): Log {
  const timeOf = isoTimes()
  const options = {
    level,
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${timeOf(now())}"`,
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
