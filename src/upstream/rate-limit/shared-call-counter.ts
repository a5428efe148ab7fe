import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  type Allowance,
  type CallCounter,
  LocalCallCounter,
  type Refusal,
  type ReportedLimits,
} from './call-counter.ts'
import { CallsApart } from './calls-apart.ts'
import { FairShares, type PeriodRoom, type WindowRoom } from './fair-shares.ts'
import { NamedCalls } from './named-calls.ts'
import { OwnShare } from './own-share.ts'
import { type Clock, unseenCalls } from './quota-period.ts'
import {
  joinReply,
  joinScript,
  leaveScript,
  loadScripts,
  observeScript,
  runScript,
  type Script,
  takeReply,
  takeScript,
} from './redis-scripts.ts'
import type { SharedRedis } from './shared-redis.ts'
import { Sight } from './shared-sight.ts'

/**
 * A counter that instances share through Redis under one name. While Redis responds, no window exceeds its limit. If Redis
 * is lost each instance continues at once from its own memory: calls of others that it last saw still count, and of the
 * rest it uses only its share. So a window around a loss may exceed its limit, by as many calls as were made since an
 * instance last saw them, on average over the instances.
 */
export function openSharedCallCounter(
  allowance: Allowance,
  clock: Clock,
  sharing: SharedRedis,
  name: string,
): CallCounter {
  return new SharedCallCounter(allowance, clock, sharing, name)
}

const noEnds = [-1, -1, -1]

/** The wait before the next attempt after Redis failed, and for all to report once it is back, in milliseconds. */
const [retryPause, returnPause] = [1_000, 5_000]

class SharedCallCounter implements CallCounter {
  readonly shares: FairShares
  readonly #clock: Clock
  readonly #local: LocalCallCounter
  readonly #sharing: SharedRedis
  readonly #keys: readonly string[]
  readonly #returns: Disposable
  readonly #calls = new NamedCalls()
  readonly #share: OwnShare
  readonly #apart: CallsApart
  /** Calls that wait for Redis's reply. */
  #asking = 0
  #isJoined = false
  #joining: Promise<void> | undefined
  /** Counts the calls and limits that came while Redis was lost. */
  #unreported = 0
  #retryAt = Number.NEGATIVE_INFINITY
  #cautiousUntil = Number.NEGATIVE_INFINITY
  #seen: Sight | undefined
  /** The calls of the shortest window that the vendor reported last, as far as this instance knows, or -1. */
  #reportedCalls = -1
  /** Whether the local counter includes the calls of `#seen`. */
  #isCopied = false

  constructor(allowance: Allowance, clock: Clock, sharing: SharedRedis, name: string) {
    this.#clock = clock
    this.shares = new FairShares(clock)
    this.#local = new LocalCallCounter(allowance, clock)
    this.#share = new OwnShare(this.#local)
    this.#apart = new CallsApart(this.#local.period)
    this.#sharing = sharing
    const stem = `{${sharing.prefix}:budget:${name}}`
    this.#keys = [`${stem}:calls`, `${stem}:facts`, `${stem}:instances`]
    this.#returns = sharing.onReturn(() => {
      this.#isJoined = false
      this.#retryAt = Number.NEGATIVE_INFINITY
      void this.#join()
    })
    void this.#join()
  }

  get left(): number | null {
    return this.#isJoined && !this.#local.period.state && this.#seen ? this.#seen.left : this.#local.left
  }

  get windowRooms(): readonly WindowRoom[] {
    return (this.#isJoined ? this.#seen?.windowRooms : undefined) ?? this.#local.windowRooms
  }

  get periodRoom(): PeriodRoom | undefined {
    return this.#local.periodRoom
  }

  async take(ahead: number, calls = 1): Promise<Refusal | undefined> {
    if (!(await this.#join())) return this.#takeLocally(ahead, calls)
    // Redis is back: until all instances have reported their calls, each also keeps within its share.
    const caution = this.#cautiousUntil - this.#clock.now()
    const shared = caution > 0 ? this.#share.refusal(this.#instances, ahead, calls, this.#asking) : undefined
    if (shared) return this.#local.refusal(Math.min(shared.milliseconds, caution), 0)
    const id = this.#calls.nextId()
    const { windows, longestMilliseconds, period } = this.#local
    this.#asking += calls
    const reply = await this.#run(takeScript, takeReply, [
      this.#calls.instance,
      id,
      ahead,
      calls,
      longestMilliseconds,
      period.limit ?? -1,
      ...this.#ends,
      ...windows.flatMap(({ calls, milliseconds }) => [calls, milliseconds]),
    ])
    this.#asking -= calls
    return reply ? this.#taken(id, calls, reply) : this.#takeLocally(ahead, calls)
  }

  observe(reported: ReportedLimits): void {
    this.#local.observe(reported)
    if (this.#isJoined) return void this.#observeInRedis(reported)
    this.#local.observeOthers(reported)
    if (reported.period) this.#apart.noteKnown(this.#apart.made)
    this.#reportedCalls = reported.window?.calls ?? this.#reportedCalls
    this.#unreported++
  }

  [Symbol.dispose](): void {
    this.#returns[Symbol.dispose]()
    const leave = () => this.#isJoined && this.#run(leaveScript, z.unknown(), [this.#calls.instance])
    // Synchronously if possible: the connection is closed right after the counter is disposed of.
    void (this.#joining ? this.#joining.then(leave) : leave())
  }

  #observeInRedis({ waitMilliseconds = 0, window, period, underWay = 0 }: ReportedLimits): void {
    const [shortest] = this.#local.windows
    const endsAt = period && this.#local.period.endOf(period)
    const left = shortest && window?.left
    const reported = (shortest && window?.calls) ?? -1
    const { length } = period ?? {}
    const isEmpty = waitMilliseconds === 0 && endsAt === undefined && left === undefined
    if (isEmpty && (reported < 0 || reported === this.#reportedCalls)) return
    this.#reportedCalls = reported < 0 ? this.#reportedCalls : reported
    void this.#run(observeScript, z.unknown(), [
      Math.ceil(waitMilliseconds),
      (endsAt === undefined ? undefined : period?.left) ?? -1,
      period?.limit ?? -1,
      endsAt === undefined ? 0 : this.#until(endsAt),
      this.#local.period.sameEnd,
      unseenCalls,
      underWay,
      shortest?.calls ?? 0,
      shortest?.milliseconds ?? 0,
      left ?? -1,
      randomUUID(),
      this.#local.longestMilliseconds,
      reported,
      typeof length === 'number' ? length : -1,
      ...this.#months,
    ])
  }

  /** Applies Redis's reply, and remembers it in case Redis is lost. */
  #taken(id: string, calls: number, reply: z.output<typeof takeReply>): Refusal | undefined {
    const [wait, periodWait, ...seen] = reply
    if (wait === 0 && periodWait === 0) {
      this.#local.note(calls)
      this.#share.take(calls)
      this.#calls.remember(id, calls, this.#clock.now(), this.#local.longestMilliseconds)
    }
    this.#learn(seen)
    return wait > 0 || periodWait > 0 ? this.#local.refusal(wait, periodWait) : undefined
  }

  #learn([counts, left, endsIn, instances, reported]: z.output<typeof joinReply>): void {
    const now = this.#clock.now()
    if (reported > 0) {
      this.#local.observe({ window: { calls: reported } })
      // Another instance may have got a report since, so the next report to this one counts again.
      this.#reportedCalls = reported
    }
    if (left >= 0) this.#local.period.adopt({ left, endsAt: now + endsIn })
    // An instance that is not back yet still counts.
    const before = now < this.#cautiousUntil ? (this.#seen?.instances ?? 0) : 0
    this.#seen = new Sight(this.#local, counts, Math.max(instances, before))
    this.#isCopied = false
  }

  #takeLocally(ahead: number, calls: number): Refusal | undefined {
    this.#isJoined = false
    if (this.#seen && !this.#isCopied) this.#copyOthers(this.#seen)
    const refusal = this.#share.refusal(this.#instances, ahead, calls) ?? this.#local.take(ahead, calls)
    if (refusal) return refusal
    this.#share.take(calls)
    this.#apart.add(calls)
    this.#unreported++
    this.#calls.remember(this.#calls.nextId(), calls, this.#clock.now(), this.#local.longestMilliseconds)
    return undefined
  }

  /** Counts calls that are neither this instance's nor in its share of the room as made by others, as late as possible. */
  #copyOthers({ room, instances }: Sight): void {
    this.#share.begin(instances)
    const { windows } = this.#local
    const now = this.#clock.now()
    const times: number[] = []
    windows.forEach(({ calls, milliseconds }, index) => {
      const share = Math.floor((room[index] ?? 0) / instances)
      const others = calls - this.#local.ownCount(milliseconds) - share
      const latest = now - (windows[index - 1]?.milliseconds ?? 0)
      while (times.length < others) times.push(latest)
    })
    this.#local.setOthers(times.reverse())
    this.#isCopied = true
  }

  /** The number at Redis's last reply. */
  get #instances(): number {
    return this.#seen?.instances ?? 1
  }

  /** Whether Redis has all calls and limits of this instance; reports the missing ones first. */
  async #join(): Promise<boolean> {
    if (this.#sharing.redis.status !== 'ready') return false
    if (this.#isJoined) return true
    if (this.#clock.now() < this.#retryAt) return false
    this.#joining ??= this.#reportAll().finally(() => {
      this.#joining = undefined
    })
    await this.#joining
    return this.#isJoined
  }

  async #reportAll(): Promise<void> {
    await loadScripts(this.#sharing.redis).catch(() => undefined)
    const unreported = this.#unreported
    const { count: apart, made } = this.#apart
    const { windows, longestMilliseconds, blockedFor, period } = this.#local
    const reply = await this.#run(joinScript, joinReply, [
      this.#calls.instance,
      longestMilliseconds,
      Math.ceil(blockedFor),
      period.counted?.left ?? -1,
      period.limit ?? -1,
      period.counted ? this.#until(period.counted.endsAt) : -1,
      period.sameEnd,
      this.#reportedCalls,
      ...this.#months,
      apart,
      windows.length,
      ...windows.map(({ milliseconds }) => milliseconds),
      ...this.#calls.ages(this.#clock.now()),
    ])
    if (!reply) return
    this.#apart.noteKnown(made)
    if (this.#seen) this.#cautiousUntil = this.#clock.now() + returnPause
    // If it made no call alone, its share begins here.
    if (!this.#isCopied) this.#share.begin(this.#instances)
    // A report that came meanwhile is newer than the reply: the next attempt sends it.
    if (unreported !== this.#unreported) return
    this.#learn(reply)
    this.#isJoined = true
  }

  /** Always three, even if unknown. */
  get #ends(): readonly number[] {
    const { ends } = this.#local.period
    return ends.length > 0 ? ends : noEnds
  }

  get #months(): readonly number[] {
    return this.#local.period.isQuota ? this.#ends : noEnds
  }

  #until(time: number): number {
    return Math.ceil(time - this.#clock.now())
  }

  /** Undefined if Redis does not reply, or replies with another shape. */
  async #run<Schema extends z.ZodType>(
    script: Script,
    schema: Schema,
    parameters: readonly (string | number)[],
  ): Promise<z.output<Schema> | undefined> {
    try {
      return schema.parse(await runScript(this.#sharing.redis, script, this.#keys, parameters))
    } catch {
      this.#isJoined = false
      this.#retryAt = this.#clock.now() + retryPause
      return undefined
    }
  }
}
