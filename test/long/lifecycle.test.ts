import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { originOf, startChild } from '../support/child.ts'
import { askText } from '../support/client.ts'
import { serveHttp } from '../upstream/http/loopback.ts'

const query =
  '{ website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }) { views { nodes { path } } } }'
const answered = { data: { website: { views: { nodes: [{ path: '/late' }] } } } }
/** No time that a test would wait for. */
const patient = { PORT: '0', ISOTHERM_DRAIN_MS: '600000', ISOTHERM_UPSTREAM_TIMEOUT_MS: '600000' }

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', signal => {
  test('lets a request in flight end, takes no new one, and leaves nothing behind', async () => {
    await using zenovay = await holdZenovay()
    await using isotherm = await startChild('main.ts', { ...patient, ...zenovay.environment })
    const origin = await originOf(isotherm)
    const answer = askText(origin, query)
    await zenovay.asked

    isotherm.process.kill(signal)
    await refused(origin)
    zenovay.release()

    expect(await answer).toMatchObject({ status: 200, ...answered })
    expect(await isotherm.ended()).toBe(0)
    await refused(origin)
    // Nothing but the line of the request.
    expect(JSON.parse(isotherm.stderr)).toMatchObject({ level: 'info', message: 'POST graphql 200' })
  })

  test('ends at once when nothing is asked', async () => {
    await using isotherm = await startChild('main.ts', patient)
    await originOf(isotherm)
    isotherm.process.kill(signal)
    expect(await isotherm.ended()).toBe(0)
    expect(isotherm.stderr).toBe('')
  })
})

test('a second signal ends it at once, whatever is in flight', async () => {
  await using zenovay = await holdZenovay()
  await using isotherm = await startChild('main.ts', { ...patient, ...zenovay.environment })
  const origin = await originOf(isotherm)
  const answer = askText(origin, query).catch(() => 'cut')
  await zenovay.asked
  isotherm.process.kill('SIGTERM')
  await isotherm.says(/Stopping/)
  isotherm.process.kill('SIGINT')
  expect(await isotherm.ended()).toBe('SIGINT')
  expect(await answer).toBe('cut')
})

test('a rejection that nobody handles is a line of the log, without its message, and does not end it', async () => {
  const reject = `process.on('SIGUSR2', () => { Promise.reject(new TypeError('of a person')) })`
  const options = `--import=data:text/javascript,${encodeURIComponent(reject)}`
  await using isotherm = await startChild('main.ts', { ...patient, NODE_OPTIONS: options })
  const origin = await originOf(isotherm)
  for (const count of [1, 2]) {
    const written = once(isotherm.process.stderr ?? isotherm.process, 'data')
    isotherm.process.kill('SIGUSR2')
    await written
    const last = isotherm.stderr.trimEnd().split('\n').at(-1) ?? ''
    expect(JSON.parse(last)).toMatchObject({
      level: 'error',
      message: `unhandled rejection ${count}: TypeError`,
    })
  }
  expect((await fetch(`${origin}/healthz`)).status).toBe(200)
})

test('a log that nobody reads keeps no request waiting, and the process ends all the same', async () => {
  await using isotherm = await startChild('main.ts', patient)
  const origin = await originOf(isotherm)
  isotherm.process.stderr?.pause()
  const agent = new Agent({ keepAlive: true, maxSockets: 20 })
  // Far more than a pipe holds.
  const lookFor = async () => {
    const response = await get(`${origin}/nowhere`, agent)
    await once(response.resume(), 'end')
  }
  for (let round = 0; round < 100; round++) await Promise.all(Array.from({ length: 20 }, lookFor))
  agent.destroy()
  const exited = once(isotherm.process, 'exit')
  isotherm.process.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  isotherm.process.stderr?.resume()
  await isotherm.ended()
  const lines = isotherm.stderr.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(100)
})

test('an older Node is told in one line', async () => {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '24.9.0' } })`
  const options = `--import=data:text/javascript,${encodeURIComponent(older)}`
  await using isotherm = await startChild('main.ts', { ...patient, NODE_OPTIONS: options })
  expect(await isotherm.ended()).toBe(1)
  expect(isotherm.stdout).toBe('')
  expect(isotherm.stderr).toBe(
    'Isotherm needs Node 26 or newer; this is 24.9.0. With npm start it brings its own.\n',
  )
})

test('a connection that is kept alive does not hold it open', async () => {
  await using isotherm = await startChild('main.ts', patient)
  const origin = await originOf(isotherm)
  const agent = new Agent({ keepAlive: true })
  const response = await get(`${origin}/healthz`, agent)
  expect(response.headers.connection).toBe('keep-alive')
  const closed = once(response.socket, 'close')
  response.resume()
  await once(response, 'end')

  isotherm.process.kill('SIGTERM')

  await closed
  expect(await isotherm.ended()).toBe(0)
})

test('a connection that was busy is closed behind its answer', async () => {
  await using zenovay = await holdZenovay()
  await using isotherm = await startChild('main.ts', { ...patient, ...zenovay.environment })
  const origin = await originOf(isotherm)
  const agent = new Agent({ keepAlive: true })
  const asking = get(`${origin}/graphql?query=${encodeURIComponent(query)}`, agent)
  await zenovay.asked

  isotherm.process.kill('SIGTERM')
  await refused(origin)
  zenovay.release()

  const response = await asking
  expect(response.headers.connection).toBe('close')
  expect(await json(response)).toMatchObject(answered)
  expect(await isotherm.ended()).toBe(0)
})

test('a request that outlasts the time to drain is cut', async () => {
  await using zenovay = await holdZenovay()
  const environment = { ...patient, ISOTHERM_DRAIN_MS: '100', ...zenovay.environment }
  await using isotherm = await startChild('main.ts', environment)
  const answer = askText(await originOf(isotherm), query)
  await zenovay.asked

  isotherm.process.kill('SIGTERM')

  await expect(answer).rejects.toThrow('fetch failed')
  expect(await isotherm.ended()).toBe(0)
})

test('a stream of events is a request in flight', async () => {
  await using zenovay = await holdZenovay()
  await using isotherm = await startChild('main.ts', { ...patient, ...zenovay.environment })
  const origin = await originOf(isotherm)
  const answer = fetch(`${origin}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream' },
  })
  await zenovay.asked
  isotherm.process.kill('SIGTERM')
  await refused(origin)
  zenovay.release()
  expect(await (await answer).text()).toContain(`data: ${JSON.stringify(answered).slice(0, -1)},`)
  expect(await isotherm.ended()).toBe(0)
})

interface HeldZenovay extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>
  /** Resolves when the first question has arrived. */
  readonly asked: Promise<void>
  /** Lets it answer. */
  release(): void
}

/** As documented: what differs would be a line of the log. */
const latePage = { url: '/late', total_interactions: 1, last_updated: '2026-01-01T00:00:00Z' }

async function holdZenovay(): Promise<HeldZenovay> {
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const upstream = await serveHttp(async (_request, response) => {
    asked.resolve()
    await released.promise
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ success: true, data: { pages: [latePage] } }))
  })
  return {
    environment: { ZENOVAY_API_KEY: 'zv_held', ZENOVAY_URL: upstream.url.href },
    asked: asked.promise,
    release: released.resolve,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  }
}

/** Resolves once new connections are refused. */
async function refused(origin: string): Promise<void> {
  const { hostname, port } = new URL(origin)
  for (;;) {
    const socket = connect(Number(port), hostname)
    const code = await once(socket, 'connect').then(
      () => undefined,
      error => error.code,
    )
    socket.destroy()
    if (code === 'ECONNREFUSED') return
  }
}

function get(url: string, agent: Agent): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request(url, { agent }, resolve).on('error', reject).end()
  return promise
}
