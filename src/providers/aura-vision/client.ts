import { randomUUID } from 'node:crypto'
import type { Question } from '../../upstream/breaker/guard.ts'
import { plainHealth } from '../../upstream/breaker/provider-health.ts'
import type { CallContext } from '../../upstream/call-context.ts'
import { endedError, openDeadline, untilEnded } from '../../upstream/deadline.ts'
import { UpstreamError } from '../../upstream/error.ts'
import type { Bounds } from '../../upstream/http/bounds.ts'
import { openHttp } from '../../upstream/http/http.ts'
import { parseJson } from '../../upstream/http/json.ts'
import {
  type Credentials,
  credentialParts,
  openTokenSource,
  renewalPause,
  type Token,
} from '../../upstream/http/oauth-token.ts'
import { openAccountLimiter } from '../../upstream/rate-limit/account-limiter.ts'
import type { CallCounters } from '../../upstream/rate-limit/call-counters.ts'
import type { Limits } from '../../upstream/rate-limit/limits.ts'
import { type Connection, ConnectionLost, openConnection } from './connection.ts'
import type { PartNumbering } from './frames.ts'
import { connectImageHosts, type ImageHosts } from './image-hosts.ts'
import type { RequestBounds } from './plan.ts'
import { eitherRefused } from './refusals.ts'
import {
  type AuraHeatmapRow,
  type HeatmapFilter,
  heatmapRequest,
  heatmapsResponse,
  type SpatialHeatmapType,
} from './wire.ts'

export interface AuraVisionSettings extends Bounds, Credentials {
  /** Such as `wss://ws.auravision.ai`. */
  readonly url: URL
  readonly numbering: PartNumbering
  /** Hosts (https only), or whole origins, that an image's URL may name. */
  readonly imageHosts: readonly string[]
  /** The most locations that one request may name. */
  readonly maximumLocations: number
  /** The longest range that one request may ask, in days. */
  readonly maximumDays: number
  /** For one image. */
  readonly maximumImageBytes: number
  readonly limits: Limits
}

export interface AuraVisionClient extends AsyncDisposable {
  /** Null: the vendor names no quota. */
  readonly quotaLeft: number | null
  /** Opens the socket, if there is none. */
  connect(callContext: CallContext): Promise<void>
  /** The bounds of one request; callers of `heatmaps` keep to them. */
  readonly bounds: RequestBounds
  /** All heatmaps of these locations and types, in one request; both ends of the filter's range are inclusive. */
  heatmaps(
    locationIds: readonly string[],
    types: readonly SpatialHeatmapType[],
    filter: HeatmapFilter,
    callContext: CallContext,
  ): Promise<readonly AuraHeatmapRow[]>
  readonly image: ImageHosts['image']
}

/** What identifies an account at Aura Vision: the addresses and the credentials. */
export function auraVisionAccount(settings: AuraVisionSettings): readonly string[] {
  return [settings.url.href, ...credentialParts(settings)]
}

/**
 * One socket for all requests of the account, opened on first use and again after it ended. A newer token opens a newer socket;
 * if that fails for half a deadline, the last socket is used until its token ends.
 */
export function connectAuraVision(
  settings: AuraVisionSettings,
  counters?: CallCounters,
  health = plainHealth('aura-vision'),
): AuraVisionClient {
  const { deadlineMilliseconds } = settings
  const http = openHttp('aura-vision', settings)
  const tokens = openTokenSource('aura-vision', http, settings, deadlineMilliseconds, health)
  const limiter = openAccountLimiter('aura-vision', settings, {
    account: auraVisionAccount(settings),
    counters,
    health,
    url: settings.url,
  })
  const watch = health.drift.watch('detail/list')
  const guard = health.guardOf(settings.url, deadlineMilliseconds)
  const images = connectImageHosts(settings, health)
  const closing = new AbortController()
  let current: Session | undefined
  let opening: Promise<Session> | undefined
  let pausedUntil = 0

  const session = async (callContext: CallContext): Promise<Session> => {
    const { signal } = callContext
    const last = current
    if (last && isGood(last) && Date.now() < Math.max(renewalOf(last), pausedUntil)) return last
    if (signal.aborted) throw endedError('aura-vision', signal)
    opening ??= open(callContext).finally(() => {
      opening = undefined
    })
    const next = opening
    if (!last || !isGood(last)) return untilEnded('aura-vision', signal, next)
    try {
      // The other half is left for the question itself, on the existing socket.
      using half = openDeadline(Math.ceil(deadlineMilliseconds / 2), signal)
      return await untilEnded('aura-vision', half.signal, next)
    } catch (error) {
      if (signal.aborted) throw error
      pausedUntil = Date.now() + renewalPause
      return isGood(last) ? last : untilEnded('aura-vision', signal, next)
    }
  }
  const open = async ({ tokenAsked, dated, traceparent, trail }: CallContext) => {
    using deadline = openDeadline(deadlineMilliseconds, closing.signal)
    // The connect serves all who wait for a socket, and counts for the first of them.
    const callContext: CallContext = {
      signal: deadline.signal,
      traceparent,
      trail,
      ...(tokenAsked && { tokenAsked }),
      ...(dated && { dated }),
    }
    const token = await tokens.current(callContext)
    // After a failed renewal the current token, and its socket, may still work.
    if (current && current.token === token && isGood(current) && Date.now() < current.endsAt) return current
    try {
      return await openWith(token, callContext)
    } catch (error) {
      if (!isRefusal(error)) throw error
      const newer = await tokens.renew(token, 'connect', callContext)
      if (newer === 'paused') throw eitherRefused(error)
      if (newer === 'known') throw error
      return await openWith(newer, callContext).catch(second => {
        if (isRefusal(second)) tokens.renewedInVain(newer, 'connect')
        throw second
      })
    }
  }
  const connectWith = async (token: Token, callContext: CallContext): Promise<Session> => {
    const url = new URL(settings.url)
    url.searchParams.set('token', token.text)
    const onStray = (error: UpstreamError) => guard.note(error)
    const options = { ...settings, url, closing: closing.signal, callContext, onStray }
    const connection = await openConnection(options)
    tokens.accepted(token, 'connect')
    return { connection, token, endsAt: Date.now() + socketMilliseconds }
  }
  const openWith = async (token: Token, callContext: CallContext) => {
    const next = await guard.call(callContext, connecting, context => connectWith(token, context))
    current?.connection.retire()
    current = next
    return next
  }
  /** On a separate socket, so that every message is about this request. */
  const askAlone = async (token: Token, message: (id: string) => string, callContext: CallContext) => {
    const own = await connectWith(token, callContext)
    try {
      return await send(own, message, callContext)
    } finally {
      own.connection.retire()
    }
  }
  /**
   * Sends a request without an answer once more; separately, if one of several requests failed. Refusals that a newer token may
   * fix are repeated with a newer token first, all together. `about` distinguishes it from other questions that may be refused.
   */
  const ask = async (
    message: (id: string) => string,
    about: string,
    callContext: CallContext,
  ): Promise<string> => {
    const first = await session(callContext)
    callContext.begun?.()
    try {
      return await send(first, message, callContext)
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
      const isRefused = isRefusal(error.reason)
      const newer = isRefused ? await tokens.renew(first.token, about, callContext) : undefined
      if (!isRefused) callContext.lost?.(error.reason)
      if (newer === 'known') throw error.reason
      if (newer === 'paused') throw eitherRefused(error.reason)
      const next = await session(callContext)
      const again = () => {
        callContext.repeated?.()
        return untilEnded('aura-vision', callContext.signal, askAlone(next.token, message, callContext))
      }
      if (error.isShared && !isRefused) return await again().catch(throwReason)
      callContext.repeated?.()
      const answer = send(next, message, callContext).catch(second => {
        const isOneOfThese = second instanceof ConnectionLost && second.isShared && isRefusal(second.reason)
        if (isRefused && isOneOfThese) return again()
        throw second
      })
      return await answer.catch(last => {
        if (isRefused && last instanceof ConnectionLost && isRefusal(last.reason))
          tokens.renewedInVain(next.token, about)
        return throwReason(last)
      })
    }
  }
  return {
    async connect(callContext) {
      await session(callContext)
    },
    bounds: { maximumLocations: settings.maximumLocations, maximumDays: settings.maximumDays },
    get quotaLeft() {
      return limiter.quotaLeft
    },
    async heatmaps(locationIds, types, filter, callContext) {
      const about = JSON.stringify([locationIds, types])
      // The call is made once there is a socket for it.
      const asked = { name: about, isRead: true, beginsLater: true, prepare: session }
      return limiter.spend(callContext, asked, async callContext => {
        using deadline = openDeadline(deadlineMilliseconds, callContext.signal)
        const timed = { ...callContext, signal: deadline.signal }
        const json = await ask(id => heatmapRequest(id, locationIds, types, filter), about, timed)
        return parseJson('aura-vision', heatmapsResponse, json, {}, watch)
      })
    },
    image: images.image,
    async [Symbol.asyncDispose]() {
      limiter[Symbol.dispose]()
      const message = 'The connection to aura-vision was closed.'
      closing.abort(new UpstreamError('aura-vision', 'UPSTREAM_UNAVAILABLE', message))
      await Promise.all([http, images].map(upstream => upstream[Symbol.asyncDispose]()))
    },
  }
}

/** One connect serves many questions, so it is repeated independently of them. */
const connecting: Question = { name: 'connect', isRead: true, isPart: true }

interface Session {
  readonly connection: Connection
  /** The token of the connection. It is checked only when connecting, but a session ends with it. */
  readonly token: Token
  /** When it is replaced by another one, in milliseconds. */
  readonly endsAt: number
}

/** The gateway that probably stands before it closes a connection after two hours. */
const socketMilliseconds = 110 * 60_000

function renewalOf({ token, endsAt }: Session): number {
  return Math.min(token.renewAt, endsAt)
}

function isGood({ connection, token }: Session): boolean {
  return connection.isOpen && Date.now() < token.expiresAt
}

function isRefusal(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.code === 'UPSTREAM_UNAUTHENTICATED'
}

function throwReason(error: unknown): never {
  throw error instanceof ConnectionLost ? error.reason : error
}

function send(
  { connection }: Session,
  message: (id: string) => string,
  callContext: CallContext,
): Promise<string> {
  const id = randomUUID()
  return connection.ask(id, message(id), callContext)
}
