import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { beforeAll, expect, test } from 'vitest'
import { askTwice, openRedis } from '../../src/upstream/redis.ts'
import { installMilliseconds } from '../debian-package.ts'
import { installRedis, startRedis } from '../redis.ts'

beforeAll(installRedis, installMilliseconds)

test('a command rejects at once while the server is gone, and works when it is back', async () => {
  await using server = await startRedis()
  const lines: string[] = []
  using redis = openRedis(server.url, line => lines.push(line))
  await redis.set('key', 'value')
  await server.kill()
  await expect.poll(() => lines).toHaveLength(1)
  const start = performance.now()
  for (let turn = 0; turn < 100; turn++) await expect(redis.get('key')).rejects.toThrow()
  // A hundred waits for the server would be longer.
  expect(performance.now() - start).toBeLessThan(5_000)
  await server.restart()
  await expect.poll(() => redis.get('key').catch(String)).toBeNull()
  expect(lines).toHaveLength(2)
})

test('a loss and a return are said once, however many connections there are', async () => {
  await using server = await startRedis()
  const lines: string[] = []
  using redis = openRedis(server.url, line => lines.push(line))
  using second = redis.duplicate()
  using third = second.duplicate()
  const connections = [redis, second, third]
  await Promise.all(connections.map(connection => connection.ping()))
  for (let round = 1; round < 3; round++) {
    await server.kill()
    await expect.poll(() => connections.map(({ status }) => status)).not.toContain('ready')
    await expect.poll(() => lines).toHaveLength(2 * round - 1)
    await server.restart()
    await expect.poll(() => connections.map(({ status }) => status)).toEqual(['ready', 'ready', 'ready'])
    await expect.poll(() => lines).toHaveLength(2 * round)
  }
})

test('a connection that ends while the server is gone does not keep its return from being said', async () => {
  await using server = await startRedis()
  const lines: string[] = []
  using redis = openRedis(server.url, line => lines.push(line))
  const second = redis.duplicate()
  await Promise.all([redis.ping(), second.ping()])
  await server.kill()
  await expect.poll(() => redis.options.enableOfflineQueue || second.options.enableOfflineQueue).toBe(false)
  second[Symbol.dispose]()
  await server.restart()
  await expect.poll(() => lines).toContain('Redis can be used again')
})

test('what is said names the fault, and neither the address nor the password', async () => {
  await using server = await startRedis('--requirepass', 'right-password')
  const lines: string[] = []
  using redis = openRedis(server.url.replace('//', '//:wrong-password@'), line => lines.push(line))
  await expect.poll(() => lines).toEqual(['Redis cannot be used (WRONGPASS): going on without it'])
  await expect(redis.get('key')).rejects.toThrow()
  using right = openRedis(server.url.replace('//', '//:right-password@'), line => lines.push(line))
  expect(await right.ping()).toBe('PONG')
})

test('what is said quotes nothing of what the server says', async () => {
  await using server = await serveAnswer('-hush-hush to you\r\n')
  const lines: string[] = []
  using _redis = openRedis(server.url, line => lines.push(line))
  await expect.poll(() => lines).toEqual(['Redis cannot be used (it failed): going on without it'])
})

test('a server that is still loading is gone', async () => {
  const info = 'loading:1\r\nloading_eta_seconds:60'
  await using server = await serveAnswer(`$${info.length}\r\n${info}\r\n`)
  const lines: string[] = []
  using redis = openRedis(server.url, line => lines.push(line))
  await expect.poll(() => lines).toEqual(['Redis cannot be used (it is still loading): going on without it'])
  await expect(redis.get('key')).rejects.toThrow()
})

test('what is asked twice is asked again after a failure, and once more only', async () => {
  const failures = [new Error('first'), new Error('second')]
  let asked = 0
  const ask = async () => {
    const failure = failures[asked++]
    if (failure) throw failure
    return 'answer'
  }
  await expect(askTwice(ask)).rejects.toThrow('second')
  expect(asked).toBe(2)
  expect(await askTwice(ask)).toBe('answer')
  expect(asked).toBe(3)
})

/** Gives the one answer to whatever is asked. */
async function serveAnswer(text: string): Promise<AsyncDisposable & { url: string }> {
  const server: Server = createServer(socket => {
    socket.on('error', () => {})
    socket.on('data', () => socket.write(text))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `redis://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
