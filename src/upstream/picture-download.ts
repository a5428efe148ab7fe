import type { LookupFunction } from 'node:net'
import { Agent } from 'undici'
import { endedError, watchDeadline } from './deadline.ts'
import { type ProviderName, UpstreamError } from './error.ts'
import type { Flight } from './flight.ts'
import type { Bounds } from './http.ts'
import { PictureReception, type PictureResponse } from './picture-reception.ts'

export interface PictureCall {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly flight: Flight
}

/** One provider's connections for pictures. Redirects are not followed. */
export interface PictureUpstream extends AsyncDisposable {
  /**
   * One GET. An answer of status 200 is a picture, checked while it comes; of another status its text. Throws UpstreamError
   * for no answer, a late one, one too large and one that is no picture.
   */
  get(call: PictureCall): Promise<PictureResponse>
}

/** `lookup` finds the addresses of hosts; by default the system's own. */
export function openPictureUpstream(
  provider: ProviderName,
  { deadlineMilliseconds, maximumBytes }: Bounds,
  { lookup }: { readonly lookup?: LookupFunction } = {},
): PictureUpstream {
  const agent = new Agent({
    connections: 64,
    // The deadline of each call is the only clock.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: deadlineMilliseconds, ...(lookup && { lookup }) },
  })
  return {
    async get({ url, headers, flight }) {
      if (flight.signal.aborted) throw endedError(provider, flight.signal)
      const reception = new PictureReception(provider, maximumBytes)
      using _deadline = watchDeadline(deadlineMilliseconds, flight.signal, ended => {
        reception.giveUp(endedError(provider, ended))
      })
      try {
        agent.dispatch(
          {
            origin: url.origin,
            path: url.pathname + url.search,
            method: 'GET',
            headers: { accept: '*/*', 'accept-encoding': 'identity', ...headers },
          },
          reception,
        )
        const answer = await reception.answer
        flight.received?.(reception.bytes)
        return answer
      } catch (error) {
        if (error instanceof UpstreamError) throw error
        const message = `${provider} could not be reached for a picture.`
        throw new UpstreamError(provider, 'UPSTREAM_UNAVAILABLE', message, { cause: error })
      }
    },
    async [Symbol.asyncDispose]() {
      await agent.destroy()
    },
  }
}
