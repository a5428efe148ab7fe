import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from './config/environment.ts'
import { generalSettings } from './config/general-settings.ts'
import { openProblems } from './config/open-problems.ts'
import { startSandbox } from './sandbox.ts'
import { readStart } from './setup.ts'
import type { Log } from './upstream/log.ts'
import { type Order, report } from './worker.ts'

export interface SuperviseOptions {
  readonly sandboxByDefault: boolean
  readonly log: Log
  /** Calls the listener each time that files are to be read again, until disposed of. */
  readonly onReload: (listener: () => void) => Disposable
}

/**
 * Serves one port by several processes until `stopped` resolves, and returns the exit code. A process that ends is replaced.
 * Rejects with StartProblems that list everything wrong with the environment and its files.
 */
export async function supervise(
  stopped: Promise<unknown>,
  environment: Environment,
  { sandboxByDefault, log, onReload }: SuperviseOptions,
): Promise<number> {
  const others = openProblems(environment, sandboxByDefault)
  const { config, setup } = await readStart(environment, sandboxByDefault, others)
  await using resources = new AsyncDisposableStack()
  const isEmulated = setup.accounts.some(({ sandboxed }) => sandboxed.length > 0)
  const sandbox = isEmulated ? resources.use(await startSandbox()) : undefined
  const emulated =
    sandbox &&
    Object.fromEntries(sandbox.emulators.map(({ provider, environment }) => [provider, { ...environment }]))
  const ticketKey = randomBytes(32).toString('base64url')
  const { ISOTHERM_WORKERS: workers } = generalSettings(environment)
  const children = new Set<Child>()
  const stopping = new AbortController()
  /** By worker, the greeting of its first process that serves. */
  const greetings = Array.from({ length: workers }, () => Promise.withResolvers<string>())
  const start = (worker: number) => {
    const child = startChild(worker, { start: { worker, emulated: emulated ?? null, ticketKey } })
    children.add(child)
    void child.ready.then(greeting => greetings[worker]?.resolve(greeting))
    if (stopping.signal.aborted) child.send({ stop: true })
    void child.ended.then(() => children.delete(child))
    return child
  }
  /** Replaces processes that end, until all must stop. */
  const keep = async (first: Child, worker: number) => {
    let child = first
    let failures = 0
    for (;;) {
      const began = performance.now()
      const cause = await child.ended
      if (stopping.signal.aborted) return
      failures = performance.now() - began > steadyMilliseconds ? 0 : failures + 1
      log.error({ worker, cause }, `A worker ended (${cause}): another is started`)
      const pause = failures === 0 ? 0 : Math.min(longestPause, firstPause * 2 ** failures)
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted) return
      child = start(worker)
    }
  }

  using _reload = onReload(() => {
    for (const child of children) child.send({ reload: true })
  })
  const first = start(0)
  const isServing = await Promise.race([
    first.ready.then(() => true),
    first.ended.then(() => false),
    stopped.then(() => undefined),
  ])
  // It has reported the reason, and the others could not start either.
  if (isServing === false) return 1
  const count = isServing ? workers : 1
  const all = [first, ...Array.from({ length: count - 1 }, (_, index) => start(index + 1))]
  const kept = all.map(keep)
  const greeted = Promise.all(greetings.map(({ promise }) => promise))
  void greeted.then(([greeting]) => console.log(`${greeting}\n  workers: ${count}`))
  await stopped
  stopping.abort()
  for (const child of children) child.send({ stop: true })
  const over = new AbortController()
  const longest = config.shutdownDelayMilliseconds + config.drainMilliseconds + endMilliseconds
  void sleep(longest, undefined, over).then(
    () => {
      for (const child of children) {
        log.error({ worker: child.worker }, 'A worker did not end by itself: it is ended')
        child.kill()
      }
    },
    () => {},
  )
  await Promise.all(kept)
  over.abort()
  return 0
}

interface Child {
  readonly worker: number
  /** Resolves with its greeting once it serves. */
  readonly ready: Promise<string>
  /** Resolves with its exit code or the signal that ended it. */
  readonly ended: Promise<string>
  readonly send: (order: Order) => void
  /** Ends it at once. */
  readonly kill: () => void
}

/** Its first order is sent when it asks for it. */
function startChild(number: number, order: Order): Child {
  const worker = cluster.fork()
  const ready = Promise.withResolvers<string>()
  const ended = Promise.withResolvers<string>()
  // A process that has just ended gets no message.
  const send = (order: Order) => void (worker.isConnected() && worker.send(order, () => {}))
  worker.on('message', message => {
    const reported = report.parse(message)
    if ('greeting' in reported) ready.resolve(reported.greeting)
    else send(order)
  })
  worker.once('exit', (code, signal) => ended.resolve(signal ?? `exit code ${code}`))
  const kill = () => void worker.process.kill('SIGKILL')
  return { worker: number, ready: ready.promise, ended: ended.promise, send, kill }
}

/** A process that lived so long has not failed at its start. In milliseconds, as are the pauses before the next start. */
const steadyMilliseconds = 10_000
const firstPause = 250
const longestPause = 30_000
/** The longest time to end after the last request. In milliseconds. */
const endMilliseconds = 10_000
