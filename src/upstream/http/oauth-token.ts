import { z } from 'zod'
import type { CallContext } from '../call-context.ts'
import { endedError, openDeadline, untilEnded } from '../deadline.ts'
import { type ProviderName, UpstreamError } from '../error.ts'
import type { HttpUpstream } from './http.ts'
import { parseJson } from './json.ts'
import { TokenDoubts } from './oauth-token-doubts.ts'
import { detailsOf, statusError } from './status.ts'

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

/** What a renewal comes to; a word where no newer token is asked for. */
export type Renewal =
  | Token
  /** The question was refused with a token that was issued for it: the token is not at fault. */
  | 'known'
  /** So many renewals were in vain just now that another one has to wait. */
  | 'paused'

/** One token for all calls of one account. */
export interface TokenSource {
  /**
   * The token in use, fetched when there is none or the last one nears its end; never twice at once.
   * While no newer one can be had in half a deadline, the last one is used to its end.
   */
  current(callContext: CallContext): Promise<Token>
  /**
   * A newer token than the refused one, once for each that is refused, however many were refused with it. `question` tells
   * what was asked from what else may be refused.
   */
  renew(refused: Token, question: string, callContext: CallContext): Promise<Renewal>
  /** Says that the question was refused with a renewed token as well. */
  renewedInVain(renewed: Token, question: string): void
  /** Says that upstream took a token for the question: where that is refused later on, the token may be at fault again. */
  accepted(token: Token, question: string): void
}

/** How long after an early renewal that failed what is still good is used without another try, in milliseconds. */
export const renewalPause = 10_000

export function openTokenSource(
  provider: ProviderName,
  http: HttpUpstream,
  credentials: Credentials,
  deadlineMilliseconds: number,
): TokenSource {
  let token: Token | undefined
  let fetching: Promise<Token> | undefined
  let pausedUntil = 0
  const doubts = new TokenDoubts()

  const fetchOnce = (callContext: CallContext, milliseconds = deadlineMilliseconds) => {
    if (callContext.signal.aborted) throw endedError(provider, callContext.signal)
    // A fetch belongs to all who wait for it, so it has a deadline of its own and no caller's signal.
    fetching ??= fetchToken(provider, http, credentials, milliseconds, callContext)
      .then(fetched => (token = fetched))
      .finally(() => {
        fetching = undefined
      })
    return untilEnded(provider, callContext.signal, fetching)
  }
  return {
    async current(callContext) {
      const last = token
      if (!last || Date.now() >= last.expiresAt) return fetchOnce(callContext)
      if (Date.now() < Math.max(last.renewAt, pausedUntil)) return last
      try {
        // The other half is left to the question itself.
        return await fetchOnce(callContext, Math.ceil(deadlineMilliseconds / 2))
      } catch (error) {
        if (callContext.signal.aborted) throw error
        pausedUntil = Date.now() + renewalPause
        if (Date.now() < last.expiresAt) return last
        return fetchOnce(callContext)
      }
    },
    async renew(refused, question, callContext) {
      if (token && token !== refused) return token
      if (doubts.isKnown(refused, question)) return 'known'
      if (!fetching && doubts.arePaused) return 'paused'
      const isFirst = !fetching
      try {
        return await fetchOnce(callContext)
      } catch (error) {
        if (isFirst) doubts.noteVain()
        throw error
      }
    },
    renewedInVain: (renewed, question) => doubts.note(renewed, question),
    accepted: (accepted, question) => doubts.clear(accepted, question),
  }
}

/** Too long for the headers that servers take. */
const longestToken = 8192

/** What a header can hold: anything else would be a failure of every call, and not of the token endpoint. */
const sendable = /^[\x20-\x7e\x80-\xff]+$/

/** In seconds. */
const [shortestLife, usualLife, longestLife] = [1, 3600, 31_536_000]

const tokenResponse = z.object({
  access_token: z.string().min(1),
  expires_in: z
    .union([z.number(), z.string().transform(Number)])
    .pipe(z.number().positive())
    .catch(usualLife),
})

async function fetchToken(
  provider: ProviderName,
  http: HttpUpstream,
  { tokenUrl, audience, clientId, clientSecret }: Credentials,
  milliseconds: number,
  { tokenAsked }: CallContext,
): Promise<Token> {
  using deadline = openDeadline(milliseconds)
  const askedAt = Date.now()
  const json = {
    client_id: clientId,
    client_secret: clientSecret,
    audience,
    grant_type: 'client_credentials',
  }
  tokenAsked?.()
  const callContext = { signal: deadline.signal, ...(tokenAsked && { repeated: tokenAsked }) }
  const answer = await http.call({ method: 'POST', url: tokenUrl, json, callContext, isRead: true })
  if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
    const message = `${provider} did not accept the client id, secret and audience.`
    throw new UpstreamError(provider, 'UPSTREAM_UNAUTHENTICATED', message, { upstreamStatus: answer.status })
  }
  if (answer.status !== 200) throw statusError(provider, answer)
  const { access_token: text, expires_in } = parseJson(provider, tokenResponse, answer.body)
  if (text.trim() === '' || text.length > longestToken || !sendable.test(text)) {
    const message = `${provider} answered a token that no request can carry.`
    throw new UpstreamError(provider, 'UPSTREAM_INVALID_RESPONSE', message, detailsOf(answer))
  }
  const seconds = Math.min(Math.max(expires_in, shortestLife), longestLife)
  return { text, renewAt: askedAt + seconds * 750, expiresAt: askedAt + seconds * 1000 }
}
