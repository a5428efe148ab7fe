import type { Log, LogFields } from '../upstream/log.ts'

export interface RepeatOptions {
  /** The most similar lines that are written in one window. */
  readonly most?: number
  readonly windowMilliseconds?: number
}

/**
 * Passes a log on, but only so many similar warnings and errors a second; one line at the end of the second counts the rest.
 * Similar lines are of the same account, and failures of one kind at one vendor or the same text. Disposing of it writes the last
 * count.
 */
export function boundRepeats(
  log: Log,
  { most = 10, windowMilliseconds = 1000 }: RepeatOptions = {},
): Log & Disposable {
  const kinds = new Map<string, Kind>()
  let timer: NodeJS.Timeout | undefined
  const end = () => {
    clearTimeout(timer)
    timer = undefined
    const seen = [...kinds.values()]
    kinds.clear()
    for (const { level, fields, count, message } of seen) {
      const leftOut = count - most
      if (leftOut > 0) log[level]({ ...fields, leftOut }, `${leftOut} more within a second: ${message}`)
    }
  }
  const write = (level: 'warn' | 'error', fields: LogFields, message: string) => {
    timer ??= setTimeout(end, windowMilliseconds).unref()
    const { provider, code, account } = fields
    const isFailure = provider !== undefined && code !== undefined
    const name = isFailure ? `${provider} ${code}` : message
    const own = account === undefined ? name : `${name} ${account}`
    const isKnown = kinds.size < mostKinds || kinds.has(own)
    const shared = { ...(isFailure && { provider, code }), ...(account !== undefined && { account }) }
    const kind = isKnown
      ? kinds.getOrInsertComputed(own, () => ({ level, fields: shared, message: name, count: 0 }))
      : kinds.getOrInsertComputed('others', () => ({ level, fields: {}, message: 'others', count: 0 }))
    if (++kind.count <= most) log[level](fields, message)
  }
  return {
    error: (fields, message) => write('error', fields, message),
    warn: (fields, message) => write('warn', fields, message),
    info: (fields, message) => log.info(fields, message),
    [Symbol.dispose]: end,
  }
}

interface Kind {
  readonly level: 'warn' | 'error'
  readonly fields: LogFields
  readonly message: string
  count: number
}

const mostKinds = 100
