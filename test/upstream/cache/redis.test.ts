import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { beforeAll, expect, test } from 'vitest'
import { askTwice } from '../../../src/upstream/cache/ask-twice.ts'
import { openRedis } from '../../../src/upstream/cache/redis.ts'
import { warnOfEviction } from '../../../src/upstream/cache/redis-eviction.ts'
import { silentLog } from '../../../src/upstream/log.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { recordLog } from '../../support/recorded-log.ts'
import { installRedis, type RedisServer, startRedis } from '../../support/redis.ts'

beforeAll(installRedis, installMilliseconds)

test('a command rejects at once while the server is gone, and works when it is back', async () => {
  await using server = await startRedis()
  const { log, messages: lines } = recordLog('info')
  using redis = openRedis(server.url, log)
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
  const { log, messages: lines } = recordLog('info')
  using redis = openRedis(server.url, log)
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

test.each([
  ['without the database of the URL', async ({ url }: RedisServer) => `${url}/99`],
  ['that does not allow to select one', async (server: RedisServer) => `${await server.forbid('select')}/5`],
])('a server %s is left for good, and that is said once', async (_what, urlOf) => {
  await using server = await startRedis()
  const { log, messages: lines } = recordLog('info')
  using redis = openRedis(await urlOf(server), log)
  using second = redis.duplicate()
  for (const connection of [redis, second])
    await expect.poll(() => connection.get('key').catch(String)).toMatch(/Error/)
  await expect.poll(() => [redis.status, second.status]).toEqual(['end', 'end'])
  await expect(redis.set('key', 'value')).rejects.toThrow()
  expect(lines).toEqual([
    'Redis cannot be used (its database cannot be selected, which is tried again at the next start only): going on without it',
  ])
})

test.each(['ERR max number of clients reached', 'NOAUTH Authentication required.'])(
  'a server that answers the choice of a database once by "%s" is used when it takes it',
  async refusal => {
    let refused = 0
    const info = 'role:master\r\nloading:0\r\n'
    await using server = await startFake(command => {
      if (command === 'select' && refused++ === 0) return `-${refusal}\r\n`
      return command === 'info' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n'
    })
    using redis = openRedis(`${server.url}/5`, silentLog)
    await expect.poll(() => redis.set('key', 'value').catch(String), { timeout: 10_000 }).toBe('OK')
    expect(refused).toBeGreaterThan(1)
  },
)

test('a connection that ends while the server is gone does not keep its return from being said', async () => {
  await using server = await startRedis()
  const { log, messages: lines } = recordLog('info')
  using redis = openRedis(server.url, log)
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
  const { log, messages: lines } = recordLog('info')
  using redis = openRedis(server.url.replace('//', '//:wrong-password@'), log)
  await expect.poll(() => lines).toEqual(['Redis cannot be used (WRONGPASS): going on without it'])
  await expect(redis.get('key')).rejects.toThrow()
  using right = openRedis(server.url.replace('//', '//:right-password@'), log)
  expect(await right.ping()).toBe('PONG')
})

test('what is said quotes nothing of what the server says', async () => {
  await using server = await serveAnswer('-hush-hush to you\r\n')
  const { log, messages: lines } = recordLog('info')
  using _redis = openRedis(server.url, log)
  await expect.poll(() => lines).toEqual(['Redis cannot be used (it failed): going on without it'])
})

test('a server that is still loading is gone', async () => {
  const info = 'loading:1\r\nloading_eta_seconds:60'
  await using server = await serveAnswer(`$${info.length}\r\n${info}\r\n`)
  const { log, messages: lines } = recordLog('info')
  using redis = openRedis(server.url, log)
  await expect.poll(() => lines).toEqual(['Redis cannot be used (it is still loading): going on without it'])
  await expect(redis.get('key')).rejects.toThrow()
})

test('a server that was demoted is gone for all connections until it is promoted, and that is said once', async () => {
  await using server = await startRedis()
  const { log, messages: lines } = recordLog('info')
  using redis = openRedis(server.url, log)
  using second = redis.duplicate()
  using subscriber = redis.duplicate({ autoResubscribe: false })
  const connections = [redis, second, subscriber]
  await redis.set('key', 'value')
  await second.ping()
  await subscriber.subscribe('channel')
  for (let round = 0; round < 2; round++) {
    lines.length = 0
    await server.demote()
    await expect(second.set('key', 'other')).rejects.toThrow('READONLY')
    await expect.poll(() => lines).toEqual(['Redis cannot be used (it is a replica): going on without it'])
    await expect
      .poll(() => connections.map(({ options }) => options.enableOfflineQueue))
      .toEqual([false, false, false])
    // What it reads may be old.
    for (let turn = 0; turn < 20; turn++) await expect(redis.get('key')).rejects.toThrow()
    await server.promote()
    await expect.poll(() => connections.map(({ status }) => status)).toEqual(['ready', 'ready', 'ready'])
    expect(await redis.get('key')).toBe('value')
    expect(await second.set('key', 'value')).toBe('OK')
    expect(lines.slice(1)).toEqual(['Redis can be used again'])
  }
})

test('a server that moved is found behind its name as soon as the old one refuses to write', async () => {
  await using old = await startRedis()
  await using server = await startRedis()
  const { log, messages: lines } = recordLog('info')
  let port = old.port
  await using name = await servePort(near => {
    const far = connect(port, '127.0.0.1')
    near.on('close', () => far.destroy()).pipe(far)
    far
      .on('error', () => {})
      .on('close', () => near.destroy())
      .pipe(near)
  })
  using redis = openRedis(name.url, log)
  await redis.set('key', 'old')
  port = server.port
  await old.demote()
  await expect(redis.set('key', 'lost')).rejects.toThrow('READONLY')
  await expect.poll(() => redis.set('key', 'new').catch(String)).toBe('OK')
  expect(lines).toEqual([])
})

test.each([
  "READONLY You can't write against a read only replica.",
  "ERR Error running script (call to f_0): @user_script:1: @user_script: 1: -READONLY You can't write.",
  'LOADING Redis is loading the dataset in memory',
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  'CLUSTERDOWN The cluster is down',
  'NOAUTH Authentication required.',
])('after "%s" the server is looked for anew', async message => {
  let isRefused = false
  await using server = await serveAnswer(() => (isRefused ? `-${message}\r\n` : '$9\r\nloading:0\r\n'))
  using redis = openRedis(server.url, silentLog)
  await redis.get('key')
  isRefused = true
  await expect(redis.get('key')).rejects.toThrow(message)
  isRefused = false
  await expect.poll(() => redis.get('key').catch(String)).toBe('loading:0')
  expect(server.connections).toBe(2)
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
interface Answering extends AsyncDisposable {
  readonly url: string
  readonly connections: number
}

function serveAnswer(text: string | (() => string)): Promise<Answering> {
  return servePort(socket => {
    socket.on('data', () => socket.write(typeof text === 'string' ? text : text()))
  })
}

async function servePort(attend: (socket: Socket) => void): Promise<Answering> {
  let connections = 0
  const server: Server = createServer(socket => {
    connections++
    socket.on('error', () => {})
    attend(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `redis://127.0.0.1:${address.port}`,
    get connections() {
      return connections
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

test.each([
  ['noeviction', []],
  [
    'allkeys-lru',
    [expect.stringMatching(/^Redis may drop counts of calls \(maxmemory-policy allkeys-lru\)/)],
  ],
])('a Redis that may drop what it holds is a warning at the start: %s', async (policy, expected) => {
  await using server = await startRedis('--maxmemory-policy', policy)
  for (const user of ['default', 'app']) {
    const { log, messages } = recordLog('warn')
    using redis = openRedis(server.url, log)
    // Hosted servers forbid to read the configuration.
    await redis.call('ACL', 'SETUSER', 'app', 'on', '>word', '~*', '&*', '+@all', '-config')
    if (user === 'app') await redis.auth('app', 'word')
    await warnOfEviction(redis, log)
    expect(messages).toEqual(expected)
  }
})

test('a full Redis is said once, however many commands it refuses', async () => {
  await using server = await startRedis('--maxmemory', '2mb')
  const { log, messages } = recordLog('info')
  using redis = openRedis(server.url, log)
  const fill = async () => {
    for (let index = 0; ; index++) await redis.set(`filler ${index}`, 'x'.repeat(50_000), 'PX', 60_000)
  }
  for (let round = 0; round < 3; round++) await expect(fill()).rejects.toThrow('OOM')
  expect(messages).toEqual(['Redis is full (maxmemory): nothing new is kept in it'])
})

/** A server that answers each command as it is told to. */
async function startFake(answer: (command: string) => string) {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', bytes => {
      // The name of each command stands after the number of its parts and its own length.
      for (const [, name = ''] of String(bytes).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g))
        socket.write(answer(name.toLowerCase()))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
