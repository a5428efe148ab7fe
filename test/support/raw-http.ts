import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawResponse {
  readonly status: number
  /** The whole head, as it came. */
  readonly head: string
  readonly body: string
}

/**
 * Sends bytes as they are, and reads one response until it is whole or the connection ends: Node's own clients would not send
 * what is wrong. Rejects where no response comes, or one that is not HTTP.
 */
export async function sendRaw(origin: string, sent: string | Buffer): Promise<RawResponse> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  const closed = once(socket, 'close').catch(() => undefined)
  let received = ''
  // Of a page of 9 MB each look at all that came would copy it once more.
  let isWhole: ((received: number, last: string) => boolean) | undefined
  let last = ''
  socket.setEncoding('latin1')
  const whole = new Promise<void>(resolve => {
    socket.on('data', chunk => {
      received += chunk
      last = (last + chunk).slice(-5)
      isWhole ??= endOf(received)
      if (isWhole?.(received.length, last)) resolve()
    })
  })
  // A server that refuses what it did not read yet may reset the connection behind its answer.
  socket.on('error', () => undefined)
  socket.write(sent)
  await Promise.race([whole, closed])
  socket.destroy()
  return parse(received)
}

/** A request line with headers; the connection ends with the response. */
export function requestText(line: string, headers: readonly string[] = [], body = ''): string {
  return [line, ...headers, 'connection: close', '', body].join('\r\n')
}

export function headerOf({ head }: RawResponse, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim()
}

/** Tells by what came so far, and by its last characters, whether a response is whole; undefined until its head is there. */
function endOf(text: string, before = 0): ((received: number, last: string) => boolean) | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const start = before + end + 4
  if (text.startsWith('HTTP/1.1 100 ')) return endOf(text.slice(end + 4), start)
  const head = text.slice(0, end)
  const length = /^content-length: (\d+)$/im.exec(head)?.[1]
  if (length !== undefined) return received => received - start >= Number(length) || / 304 /.test(head)
  const isChunked = /^transfer-encoding: chunked$/im.test(head)
  return (_received, last) => isChunked && last === '0\r\n\r\n'
}

function parse(text: string): RawResponse {
  const [, status, head, body] =
    /^(?:HTTP\/1\.1 100 .*\r\n\r\n)?(?=HTTP\/1\.1 (\d{3}) )((?:[^\r\n]+\r\n)+)\r\n(.*)$/s.exec(text) ?? []
  if (status === undefined || head === undefined || body === undefined)
    throw new Error(`This is no response: ${JSON.stringify(text.slice(0, 500))}`)
  return { status: Number(status), head, body }
}
