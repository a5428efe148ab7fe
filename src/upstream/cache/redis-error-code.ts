/** ECONNREFUSED, WRONGPASS and the like: never the message itself, which may quote the URL or what was sent. */
export function redisErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0]
}
