import { errorCode } from '../error-code.ts'

/** ECONNREFUSED, WRONGPASS and the like: never the message itself, which may quote the URL or a command. */
export function redisErrorCode(error: unknown): string | undefined {
  const code = errorCode(error)
  if (code !== undefined || !(error instanceof Error)) return code
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0]
}
