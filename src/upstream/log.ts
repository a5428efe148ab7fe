/** Writes one line of the log for each call. Fields and messages hold no secret, signed URL or personal value. */
export interface Log {
  /** Something failed, and an operator has to look at it. */
  error(fields: LogFields, message: string): void
  /** A vendor, Redis or a client did something that makes responses worse. */
  warn(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  /** Whether lines of `info` are left out. */
  readonly isBrief?: boolean
  /** How many lines were dropped so far, because nobody read them in time. */
  readonly dropped?: number
}

export type LogFields = Readonly<Record<string, unknown>>

/** Writes nothing. */
export const silentLog: Log = { error() {}, warn() {}, info() {}, isBrief: true }

/** Its lines have these fields as well. */
export function logWith(log: Log, common: LogFields): Log {
  return {
    error: (fields, message) => log.error({ ...common, ...fields }, message),
    warn: (fields, message) => log.warn({ ...common, ...fields }, message),
    info: (fields, message) => log.info({ ...common, ...fields }, message),
  }
}
