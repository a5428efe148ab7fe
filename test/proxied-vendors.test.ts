import { once } from 'node:events'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { beforeAll, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { openConnection } from '../src/providers/aura-vision/connection.ts'
import { startSandbox } from '../src/sandbox.ts'
import { openHttp } from '../src/upstream/http/http.ts'
import { FailureEverythingDocument } from './generated/graphql.ts'
import { certificateFor, installOpenssl } from './support/certificate.ts'
import { emptyFolder } from './support/child.ts'
import { ask } from './support/client.ts'
import { type ConnectProxyOptions, startConnectProxy } from './support/connect-proxy.ts'
import { installMilliseconds } from './support/debian-package.ts'
import { serve } from './support/serving.ts'
import { rejection, serveHttp } from './upstream/http/loopback.ts'

const range = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }
const bounds = { deadlineMilliseconds: 10_000, maximumBytes: 1_000_000 }
const callContext = { signal: new AbortController().signal }

test('every vendor is reached through the proxy: calls, tokens, images and the socket', async () => {
  await using sandbox = await startSandbox()
  await using proxy = await startConnectProxy({ credentials: 'planted-user:planted-password' })
  const environment = Object.fromEntries(
    Object.entries(sandbox.environment()).map(([name, value]) => [
      name,
      name === 'AURA_VISION_IMAGE_HOSTS' ? value : value.replaceAll('127.0.0.1', 'vendor.example'),
    ]),
  )
  await using served = await serve({ environment: { ...environment, http_proxy: proxy.url.href } })
  const { errors, text } = await ask(served.origin, FailureEverythingDocument, { range })
  expect(errors).toEqual([])
  const links = [...text.matchAll(/"link":"([^"]+)"/g)].map(([, link = '']) => link)
  const images = await Promise.all(links.map(link => fetch(link)))
  expect(images.map(({ status }) => status)).toEqual(links.map(() => 200))
  await Promise.all(images.map(image => image.body?.cancel()))

  const origins = sandbox.emulators.map(({ origin }) => `vendor.example:${new URL(origin).port}`)
  expect(new Set(proxy.asked)).toEqual(new Set(origins))
  expect(text + served.logLines.join()).not.toContain('planted')
})

test('this machine is never reached through a proxy', async () => {
  await using vendor = await serveHttp((_request, response) => response.end('{}'))
  await using proxy = await startConnectProxy()
  await using http = openHttp('zenovay', { ...bounds, proxies: { plain: proxy.url, except: [] } })
  expect((await http.call({ method: 'GET', url: vendor.url, callContext })).status).toBe(200)
  expect(proxy.asked).toEqual([])
})

describe('where the proxy', () => {
  test.each<[what: string, options: ConnectProxyOptions, sentence: string]>([
    ['refuses the connection', { status: 403 }, 'the proxy refused the connection (status 403)'],
    ['finds no way', { status: 502 }, 'the proxy found no way there (status 502)'],
    [
      'wants other credentials',
      { status: 407 },
      'the proxy does not accept the credentials of its URL (status 407)',
    ],
  ])('%s, the error says so for calls and for the socket', async (_what, options, sentence) => {
    await using proxy = await startConnectProxy({ ...options })
    const proxies = { plain: withPassword(proxy.url), except: [] }
    await expectFailures(proxies, `could not be reached: ${sentence}.`)
  })

  test('is gone, the error says so', async () => {
    const proxies = { plain: withPassword(new URL('http://127.0.0.1:1/')), except: [] }
    await expectFailures(proxies, 'could not be reached: the proxy could not be reached (ECONNREFUSED).')
  })

  test('never answers, the deadline ends the call', async () => {
    await using proxy = await startConnectProxy({ isMute: true })
    const proxies = { plain: proxy.url, except: [] }
    await using http = openHttp('zenovay', { ...bounds, deadlineMilliseconds: 200, proxies })
    const url = new URL('http://vendor.example:80')
    const error = await rejection(http.call({ method: 'GET', url, callContext }))
    expect(error).toMatchObject({ code: expect.stringMatching(/^UPSTREAM_(TIMEOUT|UNAVAILABLE)$/) })
  })

  function withPassword(url: URL): URL {
    return Object.assign(new URL(url), { username: 'somebody', password: 'planted-password' })
  }

  async function expectFailures(
    proxies: { readonly plain: URL; readonly except: readonly string[] },
    end: string,
  ) {
    await using http = openHttp('zenovay', { ...bounds, proxies })
    const url = new URL('http://vendor.example:80')
    const error = await rejection(http.call({ method: 'GET', url, callContext }))
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', message: `zenovay ${end}` })
    const closing = new AbortController().signal
    const options = {
      ...bounds,
      url: new URL('ws://vendor.example'),
      numbering: 'auto',
      closing,
      proxies,
    } as const
    const lost = await rejection(openConnection(options))
    expect(lost).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', message: `aura-vision ${end}` })
    expect(String(error) + String(lost)).not.toContain('planted')
  }
})

describe('with TLS', () => {
  beforeAll(installOpenssl, installMilliseconds)

  test("the vendor's own certificate is checked behind the proxy, for calls and for the socket", async () => {
    await using resources = new AsyncDisposableStack()
    const { key, cert } = await certificateFor('vendor.example', await emptyFolder(resources))
    const server = createSecureServer({ key, cert }, (_request, response) => response.end('{"a":1}'))
    const sockets = new WebSocketServer({ server })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    resources.defer(() => {
      for (const socket of sockets.clients) socket.terminate()
      server.close().closeAllConnections()
    })
    const { port } = server.address() as AddressInfo
    await using proxy = await startConnectProxy()
    const proxies = { secure: proxy.url, except: [] }
    const trusted = tls.getCACertificates('default')
    const call = async (host: string) => {
      await using http = openHttp('zenovay', { ...bounds, proxies })
      return await http.call({ method: 'GET', url: new URL(`https://${host}:${port}/`), callContext })
    }
    const connect = async (host: string) => {
      const url = new URL(`wss://${host}:${port}`)
      const closing = new AbortController()
      const options = { ...bounds, url, numbering: 'auto', closing: closing.signal, proxies } as const
      const { isOpen } = await openConnection(options)
      closing.abort()
      return isOpen
    }
    await expect(call('vendor.example')).rejects.toThrow('its certificate is not valid')
    await expect(connect('vendor.example')).rejects.toThrow('could not be reached')
    tls.setDefaultCACertificates([...trusted, cert])
    resources.defer(() => tls.setDefaultCACertificates(trusted))
    expect((await call('vendor.example')).body).toBe('{"a":1}')
    expect(await connect('vendor.example')).toBe(true)
    await expect(call('other.example')).rejects.toThrow('its certificate is not valid')
    await expect(connect('other.example')).rejects.toThrow('could not be reached')
    expect(proxy.asked).toHaveLength(6)
    expect(proxy.asked.every(target => target.endsWith(`.example:${port}`))).toBe(true)
  })
})
