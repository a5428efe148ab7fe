import type { Exchange, Reply } from './emulator.ts'

/** The token endpoint: issues tokens and knows when they expire. Its error bodies are inferred from OAuth 2. */
export class AnalytiksTokens {
  readonly clientId = 'analytiks-sandbox-client'
  readonly clientSecret = 'analytiks-sandbox-secret'
  readonly audience = 'https://gql.analytiks.ai'
  readonly #seconds: number
  readonly #now: () => Date
  readonly #expiries = new Map<string, number>()
  #issued = 0

  constructor(seconds: number, now: () => Date) {
    this.#seconds = seconds
    this.#now = now
  }

  issue({ headers, body }: Exchange): Reply {
    const asked: Readonly<Record<string, unknown>> =
      typeof body === 'object' && body !== null ? { ...body } : {}
    if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
      return refuse(400, 'invalid_request', 'Content-Type must be application/json')
    if (asked.grant_type !== 'client_credentials')
      return refuse(400, 'unsupported_grant_type', 'grant_type must be client_credentials')
    if (asked.client_id !== this.clientId || asked.client_secret !== this.clientSecret)
      return refuse(401, 'access_denied', 'Unauthorized')
    if (asked.audience !== this.audience)
      return refuse(403, 'access_denied', `Service not found: ${asked.audience}`)
    const token = `analytiks-sandbox-token-${++this.#issued}`
    this.#expiries.set(token, this.#now().getTime() + 1000 * this.#seconds)
    return { body: { access_token: token, expires_in: this.#seconds, token_type: 'Bearer' } }
  }

  /** Whether an `Authorization` header has a token that was issued here, is not revoked and has not expired. */
  accepts(authorization: string | undefined): boolean {
    const [, token = ''] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? []
    return this.#now().getTime() < (this.#expiries.get(token) ?? 0)
  }

  revoke(): void {
    this.#expiries.clear()
  }
}

function refuse(status: number, error: string, error_description: string): Reply {
  return { status, body: { error, error_description } }
}
