import fc from 'fast-check'
import { requestText } from './raw-http.ts'

const methods = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'TRACE', 'CONNECT', 'M-SEARCH']
const targets = [
  '/graphql',
  '/graphql?query={__typename}',
  '/graphql?documentId=%00&variables=[',
  '/graphql?query=%',
  '/images/x',
  '/images/%E0%A4%A?width=x',
  '/images/..%2f..//?format=png&format=png',
  '/healthz',
  '/readyz?',
  '//healthz',
  '/nowhere#x',
  '*',
  'http://localhost/graphql',
  'http://[::1/graphql',
  'https://localhost:99999/images/x',
  'localhost:80',
  'file:///etc/passwd',
  '',
  `/${'x'.repeat(20_000)}`,
]
const headers = [
  'content-type: application/json',
  'content-type: application/json; charset=utf-16',
  'content-type: ;;;="',
  'content-encoding: gzip',
  'accept: image/*;q=1.5',
  'accept: ,;q=;/*"',
  'accept: text/event-stream',
  'accept: multipart/mixed;deferSpec',
  'expect: 100-continue',
  'origin: null',
  'origin: http://[',
  'sec-fetch-site: cross-site',
  'access-control-request-headers: a\tb',
  'if-none-match: W/"',
  'if-modified-since: never',
  'if-range: "',
  'range: bytes=0-,-',
  'isotherm-explain: plan',
  'isotherm-explain: \xff',
  'apollo-federation-include-trace: ftv1',
  'traceparent: 00-',
  'connection: upgrade',
  'upgrade: h2c',
]
/** Most of them are refused before the server is asked. */
const oddHeaders = [
  'host: localhost',
  'host: a b',
  'host: %',
  'host: x:99999',
  'host: [::ffff:1.2.3.4%25en0]',
  'host: localhost:',
  'host:',
  'content-length: 2',
  'content-length: 3',
  'content-length: -1',
  'content-length: 99999999999999999999',
  'transfer-encoding: chunked',
  'transfer-encoding: gzip, chunked',
  'transfer-encoding: x',
  'expect: the worst',
  'x: y\r\n z',
  ' x: y',
  'x y: z',
  'x: \0',
  ': x',
  'x',
  `x: ${'x'.repeat(9000)}`,
]
const bodies = ['', '{}', '[]', '{"query":"{a:__typename}"}', '2\r\n{}\r\n0\r\n\r\n', 'zz\r\n', '\x1f\x8b\0']
const parts = fc.record({
  method: fc.constantFrom('GET', 'POST', ...methods),
  target: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...targets) }, fc.string({ maxLength: 12 })),
  version: fc.constantFrom(...Array<string>(8).fill('HTTP/1.1'), 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''),
  known: fc.array(fc.constantFrom(...headers), { maxLength: 4 }),
  odd: fc.oneof(
    { weight: 2, arbitrary: fc.constant<string[]>([]) },
    fc.array(fc.constantFrom(...oddHeaders), { minLength: 1, maxLength: 2 }),
  ),
  body: fc.constantFrom(...bodies),
})

/** Requests as bytes, of which most have something that no usual client sends; each ends its connection. */
export const oddRequests = parts.map(({ method, target, version, known, odd, body }) => {
  const isFramed = odd.some(header => /^(content-length|transfer)/.test(header))
  const isAddressed = odd.some(header => header.startsWith('host'))
  const usual = [
    ...(isAddressed ? [] : ['host: localhost']),
    ...(isFramed ? [] : [`content-length: ${body.length}`]),
  ]
  const text = requestText(`${method} ${target} ${version}`, [...usual, ...known, ...odd], body)
  return Buffer.from(text, 'latin1')
})
