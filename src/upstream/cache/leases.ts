import { hash, randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { tryJson } from '../http/json.ts'
import type { Log } from '../log.ts'
import { askTwice } from './ask-twice.ts'
import { LeaseChannel } from './lease-channel.ts'
import { claimScript, endScript, renewScript } from './lease-scripts.ts'
import { LeaseWatches } from './lease-watches.ts'

/** The result of a call for one entry: its value is cached for that long, or other instances get another message about it. */
export type LeaseResult = { readonly keptMilliseconds: number } | { readonly message: unknown } | undefined

/** The right to call upstream for some entries. It ends when the process stops renewing it. */
export interface Lease {
  readonly isOwn: true
  /** Wakes all instances that wait, with a result for each entry. If an entry has none, one of them calls upstream itself. */
  end(results: readonly LeaseResult[]): void
}

/** Other instances lease or have cached some of the entries, so none is leased. Call `ended`. */
export interface OthersLeases {
  readonly isOwn: false
  /** For each entry; `cached` means recently. */
  readonly states: readonly ('free' | 'leased' | 'cached')[]
  /**
   * Resolves when the leases have ended, when a holder may be dead, when messages no longer arrive, or when the signal aborts,
   * with the message about each entry.
   */
  ended(signal: AbortSignal): Promise<readonly unknown[]>
}

/** Lets one of all instances call upstream for an entry, while the others wait for the result. */
export interface Leases {
  /**
   * Leases all entries, or none if another instance leased one, or cached one recently. `isReread` says that the cache was read
   * since, so that recently cached entries do not count. Undefined if Redis cannot be asked, or messages do not arrive; never
   * rejects.
   */
  claim(names: readonly string[], isReread: boolean): Promise<Lease | OthersLeases | undefined>
}

/** Leaves the connections open. Disposing of it ends its leases, without results. */
export function openLeases({
  redis,
  subscriber,
  namespace,
  log,
}: {
  readonly redis: Redis
  readonly subscriber: Redis
  readonly namespace: string
  readonly log: Log
}): Leases & Disposable {
  const owner = hash('sha256', namespace, 'base64url')
  const instance = randomUUID()
  let sequence = 0
  const watches = new LeaseWatches()
  const own = new Map<string, OwnLease>()
  const run = (script: string, keys: readonly string[], parameters: readonly (string | number)[]) =>
    askTwice(() => redis.eval(script, keys.length, ...keys, ...parameters)).catch(() => undefined)

  const channel = new LeaseChannel({
    redis,
    subscriber,
    name: `isotherm:leases:${owner}`,
    log,
    onMessage(text) {
      for (const [name, message] of Ended.safeParse(tryJson(text)).data ?? []) watches.note(name, message)
    },
    onDeaf: () => watches.wake(),
  })
  const renewing = setInterval(() => {
    for (const [token, { keys }] of own) void run(renewScript, keys, [token, lifeMilliseconds])
    if (watches.areAwaited) channel.check()
  }, lifeMilliseconds / 4).unref()

  const end = (token: string, results: readonly LeaseResult[]) => {
    const lease = own.get(token)
    if (!lease || !own.delete(token)) return
    const { keys, names } = lease
    const ended = names.map((name, index) => {
      const result = results[index]
      return result && 'message' in result ? [name, result.message] : [name]
    })
    const kept = names.map((_, index) => {
      const result = results[index]
      return result && 'keptMilliseconds' in result
        ? Math.ceil(Math.min(result.keptMilliseconds, longestMark))
        : 0
    })
    void run(endScript, keys, [token, channel.name, JSON.stringify(ended), ...kept])
  }
  return {
    async claim(entries, isReread) {
      if (entries.length > mostEntries || !channel.isHearing) return undefined
      const names = entries.map(entry => hash('sha256', entry, 'base64url'))
      const keys = names.map(name => `isotherm:lease:${owner}:${name}`)
      const token = `${instance}:${++sequence}`
      // Opened before the claim, since a lease may end before Redis's reply is here.
      const watch = watches.open(names)
      const reply = await run(claimScript, keys, [token, lifeMilliseconds, isReread ? 1 : 0])
      const { data: left } = z.array(z.number()).length(names.length).safeParse(reply)
      if (!left || left.every(milliseconds => milliseconds === 0)) {
        watch.leave()
        if (!left) return undefined
        own.set(token, { keys, names })
        return { isOwn: true, end: results => end(token, results) }
      }
      return {
        isOwn: false,
        states: left.map(milliseconds =>
          milliseconds > 0 ? 'leased' : milliseconds < 0 ? 'cached' : 'free',
        ),
        async ended(signal) {
          const leased = names.filter((_, index) => (left[index] ?? 0) > 0)
          if (leased.length > 0) channel.check()
          if (channel.isHearing) await watch.ended(leased, Math.max(0, ...left), signal)
          else watch.leave()
          return names.map(watch.messageOf)
        },
      }
    },
    [Symbol.dispose]() {
      clearInterval(renewing)
      channel[Symbol.dispose]()
      for (const token of own.keys()) end(token, [])
    },
  }
}

interface OwnLease {
  readonly keys: readonly string[]
  readonly names: readonly string[]
}

/** For each entry its name and its message, if there is one. */
const Ended = z.array(z.tuple([z.string()]).rest(z.unknown()))

/** How long a lease lasts without being renewed: a process may be busy for a second or two. */
const lifeMilliseconds = 3_000

/** An instance that read the cache before calls no later than this. */
const longestMark = 600_000

/** The number of a script's arguments is bounded. */
const mostEntries = 1_000
