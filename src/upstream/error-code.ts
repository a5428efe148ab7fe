/** ECONNRESET, ENOENT and the like, which reveal nothing that was sent. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
