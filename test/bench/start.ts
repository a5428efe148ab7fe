import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { middle } from './contest.ts'
import { startServer } from './process.ts'

/** What is started: the bare proxy, the built package, the source, and the source on made-up data, as `npm start` does. */
export const starters = ['proxy', 'dist', 'source', 'sandbox'] as const
type Starter = (typeof starters)[number]

export interface Start {
  /** From its start until it says that it listens, in milliseconds. */
  readonly listening: number
  /** From its start until its first request is answered, in milliseconds. */
  readonly answered: number
  /** CPU time until then, of all its threads, in milliseconds. */
  readonly processorTime: number
  /** Of the process, in bytes, some seconds after that request. */
  readonly idleMemory: number
}

/** Undefined for a package that was not built. */
export type Starts = Readonly<Record<Starter, Start | undefined>>

/** Starts each several times, in turn, in a process with nothing else in it. The middle one counts. */
export async function measureStarts(checkout: string, rounds: number): Promise<Starts> {
  await using emulator = await startServer('emulator.ts')
  const service = {
    ISOTHERM_SANDBOX: 'off',
    ISOTHERM_LOG_LEVEL: 'warn',
    ISOTHERM_ANONYMOUS: 'traffic:read,pages:read,heatmaps:read',
    ISOTHERM_CATALOG: join(import.meta.dirname, '../../catalog.example.yaml'),
    ANALYTIKS_CLIENT_ID: 'bench',
    ANALYTIKS_CLIENT_SECRET: 'bench',
    ZENOVAY_API_KEY: 'bench',
    POSTHOG_PERSONAL_API_KEY: 'bench',
    DD_API_KEY: 'bench',
    DD_APP_KEY: 'bench',
  }
  const dist = join(checkout, 'dist/src/main.js')
  const source = join(checkout, 'src/main.ts')
  const starting: Readonly<Record<Starter, () => Promise<Start>>> = {
    proxy: () => start([join(import.meta.dirname, 'proxy.ts'), emulator.origin], {}),
    dist: () => start([dist], service),
    source: () => start([source], service),
    sandbox: () => start([source], { ISOTHERM_LOG_LEVEL: 'warn' }),
  }
  const present = starters.filter(starter => starter !== 'dist' || existsSync(dist))
  const measured: Record<Starter, Start[]> = { proxy: [], dist: [], source: [], sandbox: [] }
  for (const starter of present) await starting[starter]()
  for (let round = 0; round < rounds; round++)
    for (const starter of present) measured[starter].push(await starting[starter]())
  const result = (starter: Starter): Start | undefined => {
    const runs = measured[starter]
    if (runs.length === 0) return undefined
    const of = (figure: keyof Start) => middle(runs.map(run => run[figure]))
    return {
      listening: of('listening'),
      answered: of('answered'),
      processorTime: of('processorTime'),
      idleMemory: of('idleMemory'),
    }
  }
  return {
    proxy: result('proxy'),
    dist: result('dist'),
    source: result('source'),
    sandbox: result('sandbox'),
  }
}

/** Long enough for what a start leaves to be collected. */
const idleMilliseconds = 4000

async function start(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Start> {
  const begun = performance.now()
  const child = spawn(process.execPath, words, {
    env: { PATH: process.env.PATH, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  try {
    const origin = await Promise.race([originSaid(child.stdout), closed.then(() => undefined)])
    if (origin === undefined) throw new Error(`${words[0]} ended before it listened.`)
    const listening = performance.now() - begun
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    })
    await response.arrayBuffer()
    const answered = performance.now() - begun
    const processorTime = await processorTimeOf(child.pid ?? 0)
    await sleep(idleMilliseconds)
    return { listening, answered, processorTime, idleMemory: await memoryOf(child.pid ?? 0) }
  } finally {
    child.kill('SIGKILL')
    await closed
  }
}

/** Its output is read on, as it would be by whoever looks after it. */
function originSaid(output: NodeJS.ReadableStream): Promise<string> {
  return new Promise(resolve => {
    createInterface(output).on('line', line => {
      const origin = /listens on (http:\/\/[^/]+)/.exec(line)?.[1]
      if (origin) resolve(origin)
    })
  })
}

/** Linux tells it in hundredths of a second. */
async function processorTimeOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
}
