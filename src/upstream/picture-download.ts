import type { LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import { endedError, openDeadline } from './deadline.ts'
import { type ProviderName, UpstreamError } from './error.ts'
import type { Flight } from './flight.ts'
import { type Bounds, type HttpAnswer, type HttpHead, header } from './http.ts'
import { firstBytes, type Picture, pictureTag, pictureType } from './picture.ts'

export interface PictureCall {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly flight: Flight
}

/** An answer that holds a picture, or says in words why there is none. */
export type PictureAnswer = (HttpHead & { readonly picture: Picture }) | HttpAnswer

/** One provider's connections for pictures. Redirects are not followed. */
export interface PictureUpstream extends AsyncDisposable {
  /**
   * One GET. An answer of status 200 is a picture, checked while it comes; of another status its text. Throws UpstreamError
   * for no answer, a late one, one too large and one that is no picture.
   */
  get(call: PictureCall): Promise<PictureAnswer>
}

/** `lookup` finds the addresses of hosts; by default the system's own. */
export function openPictureUpstream(
  provider: ProviderName,
  bounds: Bounds,
  { lookup }: { readonly lookup?: LookupFunction } = {},
): PictureUpstream {
  const { deadlineMilliseconds } = bounds
  const agent = new Agent({
    connections: 64,
    // The deadline of each call is the only clock.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: deadlineMilliseconds, ...(lookup && { lookup }) },
  })
  return {
    async get({ url, headers, flight }) {
      using deadline = openDeadline(deadlineMilliseconds, flight.signal)
      const { signal } = deadline
      if (signal.aborted) throw endedError(provider, signal)
      try {
        const answer = await request(url, {
          dispatcher: agent,
          method: 'GET',
          signal,
          headers: { accept: '*/*', 'accept-encoding': 'identity', ...headers },
        })
        const head = { status: answer.statusCode, headers: answer.headers }
        const reader = new Reader(provider, bounds.maximumBytes, head)
        const bytes = await reader.read(answer.body)
        flight.received?.(bytes.byteLength)
        if (head.status !== 200) return { ...head, body: bytes.toString() }
        const contentType = await reader.type(bytes)
        return { ...head, picture: { bytes, contentType, etag: pictureTag(head, bytes) } }
      } catch (error) {
        if (signal.aborted) throw endedError(provider, signal)
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

/** Reads a body as far as it can be a picture of an allowed size; leaving a body unread ends its connection. */
class Reader {
  readonly #provider: ProviderName
  readonly #maximumBytes: number
  readonly #head: HttpHead
  #type: string | undefined

  constructor(provider: ProviderName, maximumBytes: number, head: HttpHead) {
    this.#provider = provider
    this.#maximumBytes = maximumBytes
    this.#head = head
  }

  async read(body: AsyncIterable<Buffer>): Promise<Buffer> {
    const told = Number(header(this.#head, 'content-length') ?? 0)
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of body) {
      chunks.push(chunk)
      size += chunk.byteLength
      if (size > this.#maximumBytes || told > this.#maximumBytes) throw this.#tooLarge()
      if (this.#head.status === 200 && !this.#type && size >= firstBytes) {
        this.#type = await pictureType(this.#provider, Buffer.concat(chunks))
      }
    }
    return Buffer.concat(chunks, size)
  }

  async type(bytes: Buffer): Promise<string> {
    return this.#type ?? (await pictureType(this.#provider, bytes))
  }

  #tooLarge(): UpstreamError {
    const message = `${this.#provider} answered a picture of more than ${this.#maximumBytes} bytes.`
    return new UpstreamError(this.#provider, 'UPSTREAM_INVALID_RESPONSE', message)
  }
}
