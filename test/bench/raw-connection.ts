import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/**
 * A connection that asks and reads responses with as little work as there can be, so that the load takes less of the machine
 * than what it measures: requests are bytes that were written before, and of a response only its status and its end are read.
 */
export class RawConnection implements Disposable {
  readonly #socket: Socket
  #answered: PromiseWithResolvers<void> | undefined
  /** What came of a head, or of the line before a chunk. */
  #text = ''
  #isHead = true
  #isLast = false
  /** Bytes of the body, or of its chunk, that are still to come. */
  #left = 0

  static async open(origin: string): Promise<RawConnection> {
    const { hostname, port } = new URL(origin)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket.setNoDelay(true)
    socket.on('data', chunk => {
      if (typeof chunk !== 'string') this.#read(chunk)
    })
    socket.on('error', error => this.#answered?.reject(error))
    socket.on('close', () => this.#answered?.reject(new Error('The connection was closed.')))
  }

  /** Resolves when the response is complete; rejects unless its status is 200. One at a time. */
  ask(request: string): Promise<void> {
    this.#answered = Promise.withResolvers()
    this.#socket.write(request, 'latin1')
    return this.#answered.promise
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    let at = 0
    if (this.#isHead) {
      const end = this.#readHead(chunk)
      if (end === undefined) return
      at = end
      if (this.#isLast && this.#left === 0) this.#end()
    }
    while (at < chunk.byteLength) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, chunk.byteLength - at)
        this.#left -= taken
        at += taken
        if (this.#left === 0 && this.#isLast) this.#end()
      } else {
        const line = chunk.indexOf('\n', at)
        this.#text += chunk.toString('latin1', at, line < 0 ? chunk.byteLength : line)
        if (line < 0) return
        at = line + 1
        this.#readSize()
      }
    }
  }

  /** Where the body begins in the chunk; undefined if it does not yet. */
  #readHead(chunk: Buffer): number | undefined {
    const before = this.#text.length
    this.#text += chunk.toString('latin1', 0, longestHead)
    const end = this.#text.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const head = this.#text.slice(0, end + 2)
    this.#text = ''
    this.#isHead = false
    if (!head.startsWith('HTTP/1.1 200 '))
      this.#answered?.reject(new Error(head.slice(0, head.indexOf('\r'))))
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1]
    this.#isLast = length !== undefined
    this.#left = Number(length ?? 0)
    return end + 4 - before
  }

  /** The line before a chunk, as RFC 9112 has it; there are no trailers. */
  #readSize(): void {
    const size = Number.parseInt(this.#text, 16)
    this.#text = ''
    this.#isLast = size === 0
    // The end of the line after it.
    this.#left = size + 2
  }

  #end(): void {
    this.#isHead = true
    this.#isLast = false
    this.#answered?.resolve()
  }
}

const longestHead = 8192

/** A request as it goes over the wire. Its body is ASCII. */
export function printRequest(
  { method, path, body = '' }: { readonly method: string; readonly path: string; readonly body?: string },
  host: string,
  headers: Readonly<Record<string, string>>,
): string {
  const all = {
    host,
    accept: 'application/json',
    ...(method === 'POST' && { 'content-type': 'application/json', 'content-length': `${body.length}` }),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
