import { isUtf8 } from 'node:buffer'
import type { Dispatcher } from 'undici'
import { asError } from '../error.ts'
import { ContentDecoder, codingsOf, UnreadableBody } from './content-coding.ts'
import { type HttpHead, header } from './message.ts'

/** A connection that records when its last response ended, by the clock of `performance`; undefined if it is new. */
export interface UsedConnection {
  lastUsedAt: number | undefined
}

/** One call and its response, received without the streams that undici's `request` makes for each body. */
export abstract class Exchange<Response> implements Dispatcher.DispatchHandler {
  /** Rejects with the reason why the call failed or was given up. */
  readonly response: Promise<Response>
  /** The size of the body so far, decoded. */
  bytes = 0
  /** The size of the body so far on the wire. */
  wireBytes = 0
  /** Whether it may have arrived upstream. */
  hasLeft = false
  /** Whether a part of a response came. */
  hasBegun = false
  /** How long its connection had been idle when it left, in milliseconds; undefined for a new one. */
  idleMilliseconds: number | undefined
  /** The connection that it uses; set before it leaves. */
  connection: UsedConnection | undefined
  /** When the last byte of the response came, by the clock of `performance`. */
  endedAt: number | undefined
  /** Called then. The body may be read later. */
  arrived: (() => void) | undefined
  protected head: HttpHead = { status: 0, headers: {} }
  protected readonly chunks: Buffer[] = []
  protected readonly maximumBytes: number
  protected readonly resolve: (response: Response | Promise<Response>) => void
  readonly #reject: (reason: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #givenUp: Error | undefined
  #decoder: ContentDecoder | undefined

  /** `maximumBytes` bounds the body, both on the wire and decoded. */
  constructor(maximumBytes: number) {
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    this.response = promise
    this.maximumBytes = maximumBytes
    this.resolve = resolve
    this.#reject = reject
  }

  /** The response's status; 0 until it comes. */
  get status(): number {
    return this.head.status
  }

  /** When the response was sent, according to its own header. */
  get date(): string | undefined {
    return header(this.head, 'date')
  }

  /** Ends the call upstream, at once or as soon as it has a connection. */
  giveUp(reason: Error): void {
    this.#givenUp = reason
    this.#reject(reason)
    this.#decoder?.destroy()
    this.#controller?.abort(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.hasLeft = !this.#givenUp
    const lastUsedAt = this.connection?.lastUsedAt
    this.idleMilliseconds = lastUsedAt === undefined ? undefined : performance.now() - lastUsedAt
    if (this.#givenUp) controller.abort(this.#givenUp)
  }

  onResponseStarted(): void {
    this.hasBegun = true
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpHead['headers'],
  ): void {
    this.head = { status, headers }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.wireBytes === 0 && this.head.headers['content-encoding'] !== undefined) this.#decode()
    this.wireBytes += chunk.byteLength
    if (this.#decoder) this.#decoder.write(chunk)
    else this.#take(chunk)
  }

  onResponseEnd(): void {
    this.endedAt = performance.now()
    this.arrived?.()
    if (this.connection) this.connection.lastUsedAt = this.endedAt
    if (this.#decoder) this.#decoder.end()
    else this.#end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#decoder?.destroy()
    this.#reject(error)
  }

  /** Called for each part of the body, which is the last of `chunks`. */
  protected abstract received(): void

  /** Called when the body is complete. */
  protected abstract finish(): void

  /**
   * The bytes of a text body, to be read in this turn: the next body may use the same memory. Throws UnreadableBody if it is not
   * UTF-8, unless the status decides anyway.
   */
  protected textBytes(): Buffer {
    const bytes = joined(this.chunks, this.bytes)
    this.chunks.length = 0
    if (this.head.status < 400 && !isUtf8(bytes)) throw new UnreadableBody('text that is not UTF-8')
    return bytes
  }

  protected text(): string {
    return decodeText(this.textBytes())
  }

  #take(chunk: Buffer): void {
    if (this.#givenUp) return
    this.bytes += chunk.byteLength
    this.chunks.push(chunk)
    this.received()
  }

  #end(): void {
    this.attempt(() => this.finish())
  }

  /** Runs it unless the call was given up, which it is if this throws. */
  protected attempt(run: () => void): void {
    if (this.#givenUp) return
    try {
      run()
    } catch (error) {
      this.giveUp(asError(error))
    }
  }

  #decode(): void {
    const codings = codingsOf(this.head)
    if (codings.length === 0) return
    const fail = (error: Error) => {
      // A refusal stays one even if its text is unreadable.
      if (this.head.status >= 400) {
        this.chunks.length = 0
        this.#end()
      }
      this.giveUp(error)
    }
    try {
      const body = { data: (chunk: Buffer) => this.#take(chunk), end: () => this.#end(), fail }
      this.#decoder = new ContentDecoder(codings, this.maximumBytes, body)
    } catch (error) {
      if (!(error instanceof UnreadableBody)) throw error
      fail(error)
    }
  }
}

const decoder = new TextDecoder()

export function decodeText(utf8: Uint8Array): string {
  return decoder.decode(utf8)
}

/** Bodies are joined here and read in one turn: separate buffers would pile up until they are collected. */
let shared = Buffer.alloc(0)
const mostShared = 2 ** 23

function joined(chunks: readonly Buffer[], length: number): Buffer {
  const [first] = chunks
  if (first && chunks.length === 1) return first
  if (length > mostShared) return Buffer.concat(chunks, length)
  if (shared.length < length) shared = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(length)))
  let at = 0
  for (const chunk of chunks) at += chunk.copy(shared, at)
  return shared.subarray(0, at)
}
