import { once } from 'node:events'
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { startSandbox } from '../../src/sandbox.ts'
import { originOf, startChild } from '../support/child.ts'
import { askText } from '../support/client.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { problemsOf } from '../support/environments.ts'
import { bearer, post, someCaller } from '../support/guarded.ts'
import { installRedis, startRedis } from '../support/redis.ts'
import { childrenOf, isAlive } from '../support/workers.ts'

beforeAll(installRedis, installMilliseconds)

const website = 'website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" })'
const query = `{ ${website} { views { nodes { path } } } }`

test('workers serve one port as one, replace one that ends, let requests end, and leave nothing behind', async () => {
  await using redis = await startRedis()
  await using sandbox = await startSandbox()
  const { journal } = sandbox.zenovay
  await using isotherm = await startChild('main.ts', {
    PORT: '0',
    ISOTHERM_WORKERS: '2',
    REDIS_URL: redis.url,
    ISOTHERM_DRAIN_MS: '600000',
    ...sandbox.environment(['zenovay']),
  })
  const origin = await originOf(isotherm)
  expect(isotherm.stdout).toContain('workers: 2')
  const workers = await childrenOf(isotherm)
  expect(workers).toHaveLength(2)

  // Each of them has its part of the connections.
  const agent = new Agent({ keepAlive: true })
  const before = await Promise.all(workers.map(socketsOf))
  await Promise.all(Array.from({ length: 8 }, () => look(`${origin}/healthz`, agent)))
  const after = await Promise.all(workers.map(socketsOf))
  for (const [index, count] of after.entries()) expect(count).toBeGreaterThan(before[index] ?? 0)
  agent.destroy()

  // One cache for all: a question is one call, whoever answers.
  for (let round = 0; round < 6; round++) expect((await askText(origin, query)).errors).toEqual([])
  expect(journal.calls).toHaveLength(1)

  // A signal to the whole group reaches them, too.
  for (const worker of workers) process.kill(worker, 'SIGHUP')
  for (let round = 0; round < 4; round++) expect((await askText(origin, query)).errors).toEqual([])
  expect(isotherm.stderr).not.toContain('A worker ended')
  expect(await childrenOf(isotherm)).toEqual(workers)

  const [killed = 0] = workers
  process.kill(killed, 'SIGKILL')
  await expect.poll(() => isotherm.stderr).toContain('A worker ended (SIGKILL)')
  for (let round = 0; round < 4; round++) expect((await askText(origin, query)).errors).toEqual([])
  await expect.poll(() => childrenOf(isotherm)).toHaveLength(2)

  const last = await childrenOf(isotherm)
  const hold = Promise.withResolvers<void>()
  journal.script({ until: hold.promise })
  const answer = askText(origin, '{ websites(first: 50) { nodes { id } } }')
  await expect.poll(() => journal.calls.length).toBe(2)
  isotherm.process.kill('SIGTERM')
  await isotherm.says(/Stopping/)
  hold.resolve()
  expect((await answer).errors).toEqual([])
  expect(await isotherm.ended()).toBe(0)
  expect(last.filter(isAlive)).toEqual([])
  expect(journal.calls).toHaveLength(2)
})

test('a ticket and a link of one worker work at every other, without a key of their own', async () => {
  await using redis = await startRedis()
  await using sandbox = await startSandbox()
  const { key, entry } = someCaller('page', ['acme'])
  const folder = await mkdtemp(join(tmpdir(), 'isotherm-'))
  await using resources = new AsyncDisposableStack()
  resources.defer(() => rm(folder, { recursive: true }))
  const file = join(folder, 'access.yaml')
  await writeFile(file, stringify({ accounts: [{ id: 'acme' }], callers: [entry] }))
  const isotherm = resources.use(
    await startChild('main.ts', {
      PORT: '0',
      ISOTHERM_WORKERS: '2',
      ISOTHERM_ACCESS: file,
      REDIS_URL: redis.url,
      ...sandbox.environment(),
    }),
  )
  const origin = await originOf(isotherm)
  const headers = { 'content-type': 'application/json', ...bearer(key) }
  // Each request has a connection of its own, which the workers get in turn.
  const agent = new Agent({ keepAlive: false })
  for (let round = 0; round < 4; round++) {
    const address = '/graphql?query={__typename}'
    const asked = await fetch(`${origin}/ticket`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ address }),
    })
    const { url } = await asked.json()
    const images =
      '{ website(by: { posthogProjectId: "1" }) { heatmaps(first: 1) { nodes { image(width: 1024) { link } } } } }'
    const link = /http:[^"]+/.exec(JSON.stringify((await post(origin, bearer(key), images)).body))?.[0] ?? ''
    for (let time = 0; time < 4; time++) {
      expect(await statusOf(url, agent)).toBe(200)
      expect([200, 202]).toContain(await statusOf(link, agent))
    }
  }
})

test('a process that cannot start ends, although it had connected, and a worker is replaced for it', async () => {
  await using redis = await startRedis()
  using taken = await secondOfTwo()
  const environment = { PORT: '0', REDIS_URL: redis.url, ISOTHERM_SANDBOX: 'on' }
  await using alone = await startChild('main.ts', {
    ...environment,
    ISOTHERM_METRICS: `127.0.0.1:${taken.port}`,
  })
  expect(await alone.ended()).toBe(1)
  expect(alone.stderr).toContain('set ISOTHERM_METRICS to an address that is free')
  await using several = await startChild('main.ts', {
    ...environment,
    ISOTHERM_WORKERS: '2',
    ISOTHERM_METRICS: `127.0.0.1:${taken.port - 1}`,
  })
  await expect.poll(() => several.stderr).toContain('A worker ended (exit code 1)')
  taken[Symbol.dispose]()
  await several.says(/workers: 2/)
  several.process.kill('SIGTERM')
  expect(await several.ended()).toBe(0)
})

test('a worker that hears nothing is ended when the others have', async () => {
  await using redis = await startRedis()
  await using isotherm = await startChild('main.ts', {
    PORT: '0',
    ISOTHERM_WORKERS: '2',
    ISOTHERM_DRAIN_MS: '100',
    ISOTHERM_SANDBOX: 'on',
    REDIS_URL: redis.url,
  })
  await originOf(isotherm)
  const [frozen = 0] = await childrenOf(isotherm)
  process.kill(frozen, 'SIGSTOP')
  isotherm.process.kill('SIGTERM')
  expect(await isotherm.ended()).toBe(0)
  expect(isAlive(frozen)).toBe(false)
})

test('several workers need a Redis', () => {
  const environment = { ISOTHERM_WORKERS: '2', ISOTHERM_SANDBOX: 'on' }
  expect(problemsOf(environment)).toEqual([
    'ISOTHERM_WORKERS: several workers need a Redis (REDIS_URL), or each would spend the limits of the vendors',
  ])
  expect(problemsOf({ ...environment, REDIS_URL: 'redis://127.0.0.1' })).toEqual([])
})

async function socketsOf(pid: number): Promise<number> {
  const names = await readdir(`/proc/${pid}/fd`)
  const links = await Promise.all(names.map(name => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))
  return links.filter(link => link.startsWith('socket:')).length
}

function statusOf(url: string, agent: Agent): Promise<number> {
  const headers = { accept: 'application/json' }
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, response => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    }).once('error', reject)
  })
}

function look(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, response => response.resume().once('end', resolve)).once('error', reject)
  })
}

/** Takes a port of loopback whose neighbour before it is free. */
async function secondOfTwo() {
  for (;;) {
    const second = await listenOn(0)
    const first = await listenOn(second.port - 1).catch(() => undefined)
    first?.[Symbol.dispose]()
    if (first) return second
    second[Symbol.dispose]()
  }
}

/** Takes a port of loopback until it is disposed of. */
async function listenOn(port: number) {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: own } = z.object({ port: z.int() }).parse(server.address())
  return { port: own, [Symbol.dispose]: () => void server.close() }
}
