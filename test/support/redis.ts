import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { Redis } from 'ioredis'
import { installDebianPackage } from './debian-package.ts'

const executable = '/usr/bin/redis-server'

/** A real Redis on loopback that keeps nothing on disk, and ends with its scope. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Ends it at once, with all that it knew. */
  kill(): Promise<void>
  /** Starts it again on its port, empty. Resolves when it answers. */
  restart(): Promise<void>
  /** From here on it accepts connections and never answers, until it resumes. */
  pause(): void
  resume(): void
  /** Makes it a replica of a server that cannot be reached: it reads, and refuses to write. */
  demote(): Promise<void>
  promote(): Promise<void>
  forgetScripts(): Promise<void>
  /** The URL of a user who may do all but that command. */
  forbid(command: string): Promise<string>
}

/** Installs Debian's Redis where it is missing: give the hook `installMilliseconds`. */
export function installRedis(): Promise<void> {
  return installDebianPackage('redis-server', executable)
}

export async function startRedis(...settings: string[]): Promise<RedisServer> {
  let port: number
  let running: Running | undefined
  // Redis cannot listen on port 0, so a port that was free may be somebody's by now.
  do {
    port = await freePort()
    running = await run(port, settings)
  } while (!running)
  const kill = async () => {
    const ended = running
    running = undefined
    await ended?.kill()
  }
  const command = async (name: string, ...words: string[]) => {
    const redis = new Redis(port, '127.0.0.1')
    await redis.call(name, words)
    redis.disconnect()
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    async restart() {
      await kill()
      running = await run(port, settings)
      if (!running) throw new Error(`another program listens on port ${port} now`)
    },
    pause: () => running?.signal('SIGSTOP'),
    resume: () => running?.signal('SIGCONT'),
    demote: () => command('REPLICAOF', '127.0.0.1', '1'),
    promote: () => command('REPLICAOF', 'NO', 'ONE'),
    forgetScripts: () => command('SCRIPT', 'FLUSH'),
    async forbid(refused) {
      const password = randomUUID()
      await command(
        'ACL',
        'SETUSER',
        `without-${refused}`,
        'on',
        `>${password}`,
        '~*',
        '&*',
        '+@all',
        `-${refused}`,
      )
      return `redis://without-${refused}:${password}@127.0.0.1:${port}`
    },
    [Symbol.asyncDispose]: kill,
  }
}

interface Running {
  kill(): Promise<void>
  signal(name: NodeJS.Signals): void
}

/** Undefined when it cannot have the port. */
async function run(port: number, settings: string[]): Promise<Running | undefined> {
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', tmpdir()]
  const child = spawn(executable, [...place, '--save', '', '--appendonly', 'no', ...settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  while (!said.includes('Ready to accept connections')) {
    await Promise.race([once(child.stdout, 'data'), closed])
    if (child.exitCode === null && child.signalCode === null) continue
    if (said.includes('Address already in use')) return undefined
    throw new Error(`redis-server ended: ${said}`)
  }
  return {
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
    signal: name => child.kill(name),
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port to be had')
  return address.port
}
