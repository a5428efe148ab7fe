import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { proxyFor } from '../../../src/upstream/http/proxies.ts'
import { openTunnel } from '../../../src/upstream/http/tunnel.ts'
import { startConnectProxy } from '../../support/connect-proxy.ts'
import { serveHttp } from './loopback.ts'

const secure = new URL('http://secure.proxy.example:3128')
const plain = new URL('http://plain.proxy.example:3128')

function wayTo(url: string, except: readonly string[] = []): string | undefined {
  return proxyFor(new URL(url), { secure, plain, except })?.host
}

test.each([
  ['https://vendor.example/', secure.host],
  ['wss://vendor.example/', secure.host],
  ['http://vendor.example/', plain.host],
  ['ws://vendor.example/', plain.host],
])('%s goes through %s', (url, proxy) => {
  expect(wayTo(url)).toBe(proxy)
})

test('without a proxy for its protocol a URL is reached directly', () => {
  expect(proxyFor(new URL('https://vendor.example'), undefined)).toBeUndefined()
  expect(proxyFor(new URL('https://vendor.example'), { plain, except: [] })).toBeUndefined()
})

test.each([
  'localhost',
  'LOCALHOST.',
  'vendor.localhost',
  '127.0.0.1',
  '127.8.9.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
])('no proxy is on the way to %s', host => {
  for (const protocol of ['https', 'http', 'wss', 'ws'])
    expect(wayTo(`${protocol}://${host}:8443/`)).toBeUndefined()
})

describe('NO_PROXY', () => {
  test.each([
    ['*', 'https://vendor.example'],
    ['vendor.example', 'https://vendor.example'],
    ['VENDOR.example', 'https://vendor.example.'],
    ['vendor.example', 'https://api.vendor.example'],
    ['.vendor.example', 'https://api.vendor.example'],
    ['*.vendor.example', 'https://api.vendor.example'],
    ['vendor.example:443', 'https://vendor.example'],
    ['vendor.example:8443', 'wss://vendor.example:8443'],
    ['10.0.0.7', 'http://10.0.0.7:9000'],
    ['10.0.0.0/8', 'http://10.9.8.7'],
    ['fd00::/8', 'http://[fd12::1]'],
    ['fd12::1', 'http://[fd12::1]'],
    ['[fd12::1]:80', 'http://[fd12::1]'],
  ])('%s covers %s', (entry, url) => {
    expect(wayTo(url, ['other.example', entry])).toBeUndefined()
  })

  test.each([
    ['vendor.example', 'https://notvendor.example'],
    ['api.vendor.example', 'https://vendor.example'],
    ['vendor.example:8443', 'https://vendor.example'],
    ['10.0.0.0/8', 'http://11.0.0.1'],
    ['10.0.0.0/8', 'http://vendor.example'],
    ['10.0.0.7', 'http://[fd12::1]'],
    ['.', 'https://vendor.example'],
    [':443', 'https://vendor.example'],
  ])('%s does not cover %s', (entry, url) => {
    expect(wayTo(url, [entry])).toBeDefined()
  })

  test('whatever it holds, a URL is reached directly or through its own proxy', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(...'*.:[]/a1f ') })),
        fc.webUrl(),
        (except, url) => {
          const own = url.startsWith('https') ? secure.host : plain.host
          expect([undefined, own]).toContain(wayTo(url, except))
        },
      ),
    )
  })
})

test.each(['user:p@ss', 'user:', ':token'])(
  'a proxy is told the credentials %j of its URL',
  async credentials => {
    await using vendor = await serveHttp((_request, response) => response.end())
    await using proxy = await startConnectProxy({ credentials })
    const url = new URL(proxy.url.origin)
    const [name = '', password = ''] = credentials.split(':')
    Object.assign(url, { username: name, password })
    const socket = await openTunnel(url, vendor.url.host, { timeoutMilliseconds: 1000 })
    expect(proxy.asked).toEqual([vendor.url.host])
    socket.destroy()
  },
)
