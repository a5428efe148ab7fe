import type { Clock } from './quota-period.ts'
import type { RateWindow } from './sliding-window.ts'

/** A window, and the calls that it still allows. */
export interface WindowRoom extends RateWindow {
  readonly left: number
}

/** A quota's period, by the monotonic clock. */
export interface PeriodRoom {
  readonly calls: number
  readonly left: number
  readonly endsAt: number
}

/** Why a caller has to wait although the vendor would allow a call. */
export interface ShareRefusal {
  readonly milliseconds: number
  /** Whether it is a share of the period. */
  readonly isQuota: boolean
}

/** The part of a window or a period that is kept for others: if one caller uses it, and if several do. */
const [keptFromOne, keptFromSeveral] = [1 / 20, 1 / 4]

/** Reported ends within this many milliseconds are of the same period. */
const sameEnd = 60_000

/**
 * Keeps the end of each window, and of the quota's period, for callers that have used less than their share: a call may
 * always be made while more is left, otherwise only by a caller below an equal share of all callers of this window. A
 * caller that nobody else competes with uses 95 %. Knows the calls of this process, and what is left for all.
 */
export class FairShares {
  readonly #clock: Clock
  readonly #calls: { readonly at: number; readonly caller: object | string }[] = []
  #period = { endsAt: Number.NEGATIVE_INFINITY, used: new Map<string, number>() }
  /** Calls that `#calls` has and the room does not know yet. */
  #pending = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts a call until `settle`, or returns why the caller has to wait; `ahead` of its calls wait already. */
  take(
    caller: object | string,
    windows: readonly WindowRoom[],
    period: PeriodRoom | undefined,
    ahead = 0,
  ): ShareRefusal | undefined {
    const now = this.#clock.now()
    this.#forget(now, windows)
    const milliseconds = Math.max(0, ...windows.map(window => this.#wait(caller, window, now, ahead)))
    if (milliseconds > 0) return { milliseconds, isQuota: false }
    if (period && !this.#hasPeriodShare(caller, period))
      return { milliseconds: Math.max(1, period.endsAt - now), isQuota: true }
    if (windows.length > 0) this.#calls.push({ at: now, caller })
    this.#pending++
    return undefined
  }

  /** Ends a `take`: whether the call was counted by the vendor's limits. */
  settle(caller: object | string, isCounted: boolean): void {
    this.#pending--
    if (isCounted) {
      // A request without a known caller is soon over, and would be remembered for a month.
      if (typeof caller === 'string') this.#period.used.set(caller, (this.#period.used.get(caller) ?? 0) + 1)
      return
    }
    const index = this.#calls.findLastIndex(call => call.caller === caller)
    if (index >= 0) this.#calls.splice(index, 1)
  }

  #wait(
    caller: object | string,
    { calls, milliseconds, left }: WindowRoom,
    now: number,
    ahead: number,
  ): number {
    const room = left - this.#pending
    if (room > Math.floor(calls * keptFromSeveral)) return 0
    const within = this.#calls.filter(({ at }) => at > now - milliseconds)
    const own = within.filter(call => call.caller === caller)
    const callers = new Set(within.map(call => call.caller)).add(caller).size
    const kept = keptOf(calls, callers)
    const share = shareOf(calls, callers)
    // If nothing is left, the vendor's limit says how long a caller without others waits.
    if (room > kept || own.length < share || (callers === 1 && room <= 0)) return 0
    // Room grows when any call leaves the window, and the caller's part shrinks when its own calls leave.
    const byRoom = within[kept - room + ahead]
    // Others than this process's callers have used the rest, and the vendor knows how much.
    if (callers === 1 && !byRoom) return 0
    const byShare = callers > 1 ? own[own.length - share + ahead] : undefined
    const soonest = Math.min(byRoom?.at ?? now, byShare?.at ?? now)
    return Math.max(1, soonest + milliseconds - now)
  }

  #hasPeriodShare(caller: object | string, { calls, left, endsAt }: PeriodRoom): boolean {
    if (Math.abs(endsAt - this.#period.endsAt) > sameEnd) this.#period = { endsAt, used: new Map() }
    const { used } = this.#period
    if (typeof caller !== 'string') return true
    const callers = used.size + (used.has(caller) ? 0 : 1)
    return left - this.#pending > keptOf(calls, callers) || (used.get(caller) ?? 0) < shareOf(calls, callers)
  }

  #forget(now: number, windows: readonly WindowRoom[]): void {
    const longest = Math.max(0, ...windows.map(({ milliseconds }) => milliseconds))
    // Only when half of them are over, since removal moves all others.
    const middle = this.#calls[this.#calls.length >> 1]
    if (!middle || middle.at > now - longest) return
    const first = this.#calls.findIndex(({ at }) => at > now - longest)
    this.#calls.splice(0, first < 0 ? this.#calls.length : first)
  }
}

/** An equal share; 0 for a single caller, which only the kept part bounds. */
function shareOf(calls: number, callers: number): number {
  return callers > 1 ? Math.max(1, Math.floor(calls / callers)) : 0
}

function keptOf(calls: number, callers: number): number {
  return Math.floor(calls * (callers > 1 ? keptFromSeveral : keptFromOne))
}
