import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { StreamType } from './response-format.ts'
import { type Result, textOf } from './result-text.ts'

/** How often a silent stream of events says that it is alive, so that no proxy takes it for dead. */
const pulseMilliseconds = 12_000

/** Told to proxies, which else may hold a stream back, or compress it in blocks. */
const unbuffered = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' }

/** Writes each result as soon as it is there, and no faster than it is read. A reader who leaves ends what they come from. */
export async function sendResults(
  response: ServerResponse,
  results: AsyncIterator<Result>,
  type: StreamType,
  { status = 200, headers = {}, parameter = '' } = {},
): Promise<void> {
  const form = forms[type]
  const contentType = parameter ? `${form.contentType}; ${parameter}` : form.contentType
  response.writeHead(status, { 'content-type': contentType, ...unbuffered, ...headers })
  const { promise: left, resolve: leave } = Promise.withResolvers<void>()
  response.once('close', leave)
  response.flushHeaders()
  response.write(form.start)
  const ended = left.then(() => results.return?.())
  const pulse = setInterval(() => response.writableNeedDrain || response.write(form.pulse), pulseMilliseconds)
  const tell = async () => {
    for (;;) {
      const { done, value } = await results.next()
      if (response.destroyed) return
      if (done) break
      if (!response.write(form.part(textOf(value)))) await Promise.race([once(response, 'drain'), left])
    }
    response.end(form.end)
  }
  try {
    await Promise.all([tell(), ended])
  } finally {
    clearInterval(pulse)
  }
}

interface Form {
  readonly contentType: string
  /** At the start: some browsers show no response before its first byte. */
  readonly start: string
  readonly pulse: string
  readonly part: (text: string) => string
  readonly end: string
}

const forms: Readonly<Record<StreamType, Form>> = {
  'text/event-stream': {
    contentType: 'text/event-stream',
    start: ':\n\n',
    pulse: ':\n\n',
    part: text => `event: next\ndata: ${text}\n\n`,
    end: 'event: complete\ndata:\n\n',
  },
  'multipart/mixed': {
    contentType: 'multipart/mixed; boundary="-"',
    start: '\r\n---',
    pulse: '',
    part: text =>
      `\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}\r\n---`,
    end: '--\r\n',
  },
}
