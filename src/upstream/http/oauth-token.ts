import { z } from 'zod'
import { BackOff } from '../back-off.ts'
import type { Guard } from '../breaker/guard.ts'
import { plainHealth } from '../breaker/provider-health.ts'
import type { CallContext } from '../call-context.ts'
import { endedError, openDeadline, untilEnded } from '../deadline.ts'
import { type ProviderName, UpstreamError } from '../error.ts'
import type { HttpUpstream } from './http.ts'
import { parseJson } from './json.ts'
import type { HttpResponse } from './message.ts'
import { TokenDoubts } from './oauth-token-doubts.ts'
import { detailsOf, statusError, toWait } from './status.ts'

/** The parameters of an OAuth 2 client-credentials grant. */
export interface Credentials {
  readonly tokenUrl: URL
  readonly audience: string
  readonly clientId: string
  readonly clientSecret: string
}

/** Distinguishes these credentials from others. */
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
  /** When to renew it: after three quarters of its life, as Aura Vision advises. */
  readonly renewAt: number
  readonly expiresAt: number
}

/** The result of a renewal: a token, or why none was fetched. */
export type Renewal =
  | Token
  /** The question was refused with a fresh token before: the token is not at fault. */
  | 'known'
  /** Too many renewals did not help in the last minute. */
  | 'paused'

/** One token for all calls of one account. */
export interface TokenSource {
  /**
   * The current token. Fetches one when there is none or the last is about to expire, never twice at once. If that fails
   * within half a deadline, the last token is used until it expires.
   */
  current(callContext: CallContext): Promise<Token>
  /**
   * A newer token than the refused one. Fetches one per refused token, however many calls were refused with it. `question`
   * identifies what was asked.
   */
  renew(refused: Token, question: string, callContext: CallContext): Promise<Renewal>
  /** Records that the question was refused with the renewed token, too. */
  renewedInVain(renewed: Token, question: string): void
  /** Records that upstream accepted the token for the question: if it is refused later, the token may be at fault. */
  accepted(token: Token, question: string): void
}

/** How long the old token is used after a failed early renewal before the next attempt, in milliseconds. */
export const renewalPause = 10_000

export function openTokenSource(
  provider: ProviderName,
  http: HttpUpstream,
  credentials: Credentials,
  deadlineMilliseconds: number,
  health = plainHealth(provider),
): TokenSource {
  const guard = health.guardOf(credentials.tokenUrl, deadlineMilliseconds)
  let token: Token | undefined
  let fetching: Promise<Token> | undefined
  let pausedUntil = 0
  const backOff = new BackOff(() => Date.now())
  /** Until then the endpoint refuses requests for its limits. */
  let refusedUntil = 0
  const doubts = new TokenDoubts()

  const fetchOnce = (callContext: CallContext, milliseconds = deadlineMilliseconds) => {
    if (callContext.signal.aborted) throw endedError(provider, callContext.signal)
    if (!fetching && Date.now() < refusedUntil) throw askedTooOften(provider, refusedUntil)
    // A fetch belongs to all who wait for it, so it has a deadline of its own and no caller's signal.
    fetching ??= fetchToken(provider, http, guard, credentials, milliseconds, callContext)
      .then(fetched => {
        backOff.answered()
        token = fetched
        return fetched
      })
      .catch(error => {
        refusedUntil = Date.now() + refusedFor(error, backOff)
        throw error
      })
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
        // The other half is left for the question itself.
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
      const isFirst = !fetching && Date.now() >= refusedUntil
      try {
        const renewed = await fetchOnce(callContext)
        doubts.replaced(refused, renewed)
        return renewed
      } catch (error) {
        if (isFirst) doubts.noteVain()
        throw error
      }
    },
    renewedInVain: (renewed, question) => doubts.note(renewed, question),
    accepted: (accepted, question) => doubts.clear(accepted, question),
  }
}

/** A pause that the endpoint names counts for an hour at most, the usual life of its tokens. */
const longestRefusal = 3_600_000

/** How long nobody asks for a token, in milliseconds: as long as the endpoint says, or longer each time. */
function refusedFor(error: unknown, backOff: BackOff): number {
  if (!(error instanceof UpstreamError) || error.code !== 'UPSTREAM_RATE_LIMITED') return 0
  return Math.min(1000 * (error.retryAfterSeconds ?? 0), longestRefusal) || backOff.refused()
}

function askedTooOften(provider: ProviderName, until: number): UpstreamError {
  return new UpstreamError(provider, 'UPSTREAM_RATE_LIMITED', `${provider} was asked for tokens too often.`, {
    retryAfterSeconds: toWait((until - Date.now()) / 1000),
    isOfToken: true,
  })
}

/** Too long for the headers that servers take. */
const longestToken = 8192

/** The characters that a header can hold: any other would fail every call as if the vendor had failed. */
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
  guard: Guard,
  { tokenUrl, audience, clientId, clientSecret }: Credentials,
  milliseconds: number,
  { tokenAsked, dated, traceparent, trail }: CallContext,
): Promise<Token> {
  using deadline = openDeadline(milliseconds)
  const { signal } = deadline
  const counted: CallContext = {
    signal,
    traceparent,
    trail: trail?.to('POST token'),
    ...(tokenAsked && { begun: tokenAsked, repeated: tokenAsked }),
    ...(dated && { dated }),
  }
  const json = {
    client_id: clientId,
    client_secret: clientSecret,
    audience,
    grant_type: 'client_credentials',
  }
  return await guard.call(counted, { name: 'token', isRead: true }, async callContext => {
    callContext.begun?.()
    const askedAt = Date.now()
    const response = await http.call({ method: 'POST', url: tokenUrl, json, callContext, isRead: true })
    return readToken(provider, response, askedAt)
  })
}

function readToken(provider: ProviderName, response: HttpResponse, askedAt: number): Token {
  if (response.status === 400 || response.status === 401 || response.status === 403) {
    const message = `${provider} did not accept the client id, secret and audience.`
    throw new UpstreamError(provider, 'UPSTREAM_UNAUTHENTICATED', message, {
      upstreamStatus: response.status,
      isOfToken: true,
    })
  }
  if (response.status !== 200) throw noToken(provider, response)
  const { access_token: text, expires_in } = parseJson(provider, tokenResponse, response.body)
  if (text.trim() === '' || text.length > longestToken || !sendable.test(text)) {
    const message = `${provider} answered a token that no request can carry.`
    throw new UpstreamError(provider, 'UPSTREAM_INVALID_RESPONSE', message, {
      ...detailsOf(response),
      isOfToken: true,
    })
  }
  const seconds = Math.min(Math.max(expires_in, shortestLife), longestLife)
  return { text, renewAt: askedAt + seconds * 750, expiresAt: askedAt + seconds * 1000 }
}

/** Other refusals are about the endpoint too: their usual codes would be about the question behind the token. */
function noToken(provider: ProviderName, response: HttpResponse): UpstreamError {
  const error = statusError(provider, response, { isOfToken: true })
  if (error.code !== 'UPSTREAM_NOT_FOUND' && error.code !== 'UPSTREAM_REJECTED') return error
  const message = `${provider} gives no token: its token endpoint answered status ${response.status}.`
  return new UpstreamError(provider, 'UPSTREAM_INVALID_RESPONSE', message, {
    ...detailsOf(response),
    retryable: error.retryable,
    isOfToken: true,
  })
}
