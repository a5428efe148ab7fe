import { z } from 'zod'
import { endedError, untilEnded, withDeadline } from './deadline.ts'
import { type ProviderName, UpstreamError } from './error.ts'
import type { HttpUpstream } from './http.ts'
import { parseJson } from './json.ts'
import { statusError } from './status.ts'

/** What an OAuth 2 client-credentials grant needs. */
export interface Credentials {
  readonly tokenUrl: URL
  readonly audience: string
  readonly clientId: string
  readonly clientSecret: string
}

/** All that tells these credentials from others. */
export function credentialParts({
  tokenUrl,
  audience,
  clientId,
  clientSecret,
}: Credentials): readonly string[] {
  return [tokenUrl.href, audience, clientId, clientSecret]
}

export interface Token {
  readonly text: string
  /** When a newer one should be used: three quarters of its life are over (Aura Vision's advice). */
  readonly renewAt: number
  readonly expiresAt: number
}

/** One token for all calls of one account. */
export interface TokenSource {
  /**
   * The token in use, fetched when there is none or the last one nears its end; never twice at once.
   * While no newer one can be had in half a deadline, the last one is used to its end.
   */
  current(signal: AbortSignal): Promise<Token>
  /** A newer token than the refused one. The refused one itself when a newer one was refused a moment ago too. */
  renew(refused: Token, signal: AbortSignal): Promise<Token>
  /** Says that a renewed token was refused as well: the refusal was not about the token. */
  renewedInVain(): void
}

/** How long after a renewal in vain no further one is tried, in milliseconds. */
const quietPeriod = 60_000

/** How long after an early renewal that failed what is still good is used without another try, in milliseconds. */
export const renewalPause = 10_000

export function openTokenSource(
  provider: ProviderName,
  http: HttpUpstream,
  credentials: Credentials,
  deadlineMilliseconds: number,
): TokenSource {
  let token: Token | undefined
  let flight: Promise<Token> | undefined
  let quietUntil = 0
  let pausedUntil = 0

  const fetchOnce = (signal: AbortSignal, milliseconds = deadlineMilliseconds) => {
    if (signal.aborted) throw endedError(provider, signal)
    // A flight belongs to all who wait for it, so it has a deadline of its own and no caller's signal.
    flight ??= fetchToken(provider, http, credentials, withDeadline(milliseconds, undefined))
      .then(fetched => (token = fetched))
      .finally(() => {
        flight = undefined
      })
    return untilEnded(provider, signal, flight)
  }
  return {
    async current(signal) {
      const last = token
      if (!last || Date.now() >= last.expiresAt) return fetchOnce(signal)
      if (Date.now() < Math.max(last.renewAt, pausedUntil)) return last
      try {
        // The other half is left to the question itself.
        return await fetchOnce(signal, Math.ceil(deadlineMilliseconds / 2))
      } catch (error) {
        if (signal.aborted) throw error
        pausedUntil = Date.now() + renewalPause
        if (Date.now() < last.expiresAt) return last
        return fetchOnce(signal)
      }
    },
    async renew(refused, signal) {
      if (token && token !== refused) return token
      if (Date.now() < quietUntil) return refused
      return fetchOnce(signal)
    },
    renewedInVain() {
      quietUntil = Date.now() + quietPeriod
    },
  }
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().catch(3600),
})

async function fetchToken(
  provider: ProviderName,
  http: HttpUpstream,
  { tokenUrl, audience, clientId, clientSecret }: Credentials,
  signal: AbortSignal,
): Promise<Token> {
  const askedAt = Date.now()
  const json = {
    client_id: clientId,
    client_secret: clientSecret,
    audience,
    grant_type: 'client_credentials',
  }
  const answer = await http.call({ method: 'POST', url: tokenUrl, json, flight: { signal }, isRead: true })
  if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
    const message = `${provider} did not accept the client id, secret and audience.`
    throw new UpstreamError(provider, 'UPSTREAM_UNAUTHENTICATED', message, { upstreamStatus: answer.status })
  }
  if (answer.status !== 200) throw statusError(provider, answer)
  const { access_token: text, expires_in: seconds } = parseJson(provider, tokenAnswer, answer.body)
  return { text, renewAt: askedAt + seconds * 750, expiresAt: askedAt + seconds * 1000 }
}
