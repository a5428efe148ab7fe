import { isDown } from '../../../upstream/error.ts'
import type { ReportBuilder } from '../assembly/report-builder.ts'
import { isFoldable, isSeveral } from '../calls/foldable-traffic.ts'
import { overlapOf } from '../calls/windows.ts'
import type { LocationTraffic, TrafficSpan, TrafficStep } from '../records.ts'
import type { TrafficKey } from '../traffic-question.ts'
import type { MonthPart, MonthPlan, NumberedWindow, PlannedWindow } from './month-plan.ts'
import type { MonthStore } from './month-store.ts'
import type { TrafficMonth } from './traffic-month.ts'

interface HeldPart {
  readonly part: MonthPart
  readonly name: string
  /** Undefined until there is a window to fold. */
  month: TrafficMonth | undefined
  keptBytes: number
  /** The expired month, until the new one has all its windows. */
  readonly expired: TrafficMonth | undefined
  /** The expired month that is used because windows of the new one failed. */
  standIn: TrafficMonth | undefined
}

/** A window's traffic as upstream sent it. */
export interface GivenTraffic {
  readonly traffic: LocationTraffic
  readonly at: number
  /** Whether it is past its TTL, and used because upstream is down. */
  readonly isStale: boolean
}

/** The parts of a window that no month can hold, to be added to the report as they are. */
interface Unfolded {
  readonly part: number
  readonly window: number
  readonly span: TrafficSpan
  readonly traffic: LocationTraffic
}

/** The months that one report is built from. */
export class ReportMonths {
  readonly plan: MonthPlan
  readonly #key: TrafficKey
  readonly #step: TrafficStep
  readonly #store: MonthStore
  readonly #isBulk: boolean
  readonly #parts: readonly HeldPart[]
  readonly #unfolded: Unfolded[] = []
  #mustReread = false

  constructor(plan: MonthPlan, key: TrafficKey, step: TrafficStep, store: MonthStore, isBulk: boolean) {
    this.plan = plan
    this.#isBulk = isBulk
    this.#key = key
    this.#step = step
    this.#store = store
    this.#parts = plan.parts.map(part => this.#hold(part))
  }

  /** When the oldest traffic of a window was loaded, if months hold all of it; undefined if the window has to be requested. */
  heldAt({ places, raw }: PlannedWindow): number | undefined {
    return raw.length > 0 ? undefined : this.#foldedAt(places)
  }

  /** Whether they hold something of the range, even if it is expired: then they get the fresher traffic. */
  get haveSome(): boolean {
    const hasExpired = this.#parts.some(({ expired }) => expired !== undefined)
    return hasExpired || this.plan.windows.some(({ places }) => this.#foldedAt(places) !== undefined)
  }

  /** Folds a window into its months. Returns the parts of the range that the report reads from the window itself. */
  add({ span, places, raw }: PlannedWindow, { traffic, at, isStale }: GivenTraffic): readonly TrafficSpan[] {
    const canFold = !isStale && isFoldable(traffic, this.#step)
    const isHourly = this.plan.parts[0]?.frame.kind === 'hours'
    // Series whose hours do not start alike are built from windows only, in one order.
    if (isHourly && !isFoldable(traffic, this.#step)) this.#mustReread = true
    for (const { part, window } of places) {
      const held = this.#parts[part]
      if (!held) continue
      if (canFold) this.#fold(held, { span, window }, traffic, at)
      else this.#unfolded.push({ part, window, span: overlapOf(span, held.part.span), traffic })
    }
    return raw
  }

  /** When the traffic was loaded that replaces a failed window in all of its months; undefined if there is none. */
  standIn({ places, raw }: PlannedWindow, error: Error): number | undefined {
    if (raw.length > 0 || !isDown(error)) return undefined
    let oldest = Number.POSITIVE_INFINITY
    const failed = places.flatMap(({ part }) => this.#parts[part] ?? [])
    for (const { part, expired } of failed) {
      for (const { span, window } of part.windows) {
        const at = expired?.givenAt(window)
        if (at === undefined || !this.#store.mayStandIn(span, at)) return undefined
        oldest = Math.min(oldest, at)
      }
    }
    for (const held of failed) held.standIn = held.expired
    return Number.isFinite(oldest) ? oldest : undefined
  }

  /** Adds the months to the report once all windows are there. False if they cannot decide, so that windows are needed. */
  finish(builder: ReportBuilder): boolean {
    if (this.#mustReread) return false
    let offsets = 0
    const parts = this.#parts.map(({ part, month, standIn }) => ({ part, month: standIn ?? month }))
    for (const { month, part } of parts) offsets |= month?.offsets(part.from, part.until) ?? 0
    if (this.#step === '15min' && offsets !== 0 && !isSeveral(offsets)) return false
    for (const { part, month } of parts) {
      const { frame, span, from, until } = part
      if (month)
        builder.addFolded(span, month.traffic(frame, from, until, this.#key.metrics), isSeveral(offsets))
    }
    for (const { part, window, span, traffic } of this.#unfolded) {
      // Another request may have folded a later response meanwhile.
      if (parts[part]?.month?.givenAt(window) === undefined) builder.add(span, traffic)
    }
    return true
  }

  /** When the oldest of their traffic of the range was loaded, and until when all of it is fresh; undefined without any. */
  get age(): { readonly oldest: number; readonly freshUntil: number } | undefined {
    let [oldest, freshUntil] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (const { part, month, standIn } of this.#parts) {
      for (const { span, window } of part.windows) {
        const at = (standIn ?? month)?.givenAt(window)
        if (at === undefined) continue
        oldest = Math.min(oldest, at)
        freshUntil = Math.min(freshUntil, this.#store.freshUntil(span, at, this.#key.maximumAge))
      }
    }
    return Number.isFinite(oldest) ? { oldest, freshUntil } : undefined
  }

  #foldedAt(places: PlannedWindow['places']): number | undefined {
    let oldest = Number.POSITIVE_INFINITY
    for (const { part, window } of places) {
      const at = this.#monthAt(part)?.givenAt(window)
      if (at === undefined) return undefined
      oldest = Math.min(oldest, at)
    }
    return Number.isFinite(oldest) ? oldest : undefined
  }

  #hold(part: MonthPart): HeldPart {
    const name = this.#store.nameOf(part.frame, this.#key)
    const found = this.#store.find(name)
    // A reload that got less must not remove the cached traffic of other requests.
    const whole = [found, found?.expired].find(one => one && this.#isFresh(one, part) && isFull(one, part))
    const month = whole ?? (found && this.#isFresh(found, part) ? found : undefined)
    const expired = found?.expired ?? (month ? undefined : found)
    return { part, name, month, keptBytes: month?.bytes ?? 0, expired, standIn: undefined }
  }

  #monthAt(index: number): TrafficMonth | undefined {
    const held = this.#parts[index]
    if (held) held.month ??= this.#begun(held)
    return held?.month
  }

  /** Another request may have started it meanwhile. */
  #begun({ name, part }: HeldPart): TrafficMonth | undefined {
    const found = this.#store.find(name)
    return found && this.#isFresh(found, part) ? found : undefined
  }

  #isFresh(month: TrafficMonth, { windows }: MonthPart): boolean {
    return windows.every(({ span, window }) => {
      const at = month.givenAt(window)
      return at === undefined || this.#store.isFresh(span, at, this.#key.maximumAge)
    })
  }

  #fold(held: HeldPart, window: NumberedWindow, traffic: LocationTraffic, at: number): void {
    const { name, part, expired } = held
    held.month ??= this.#begun(held) ?? this.#store.create(part.frame, expired)
    held.month.fold(part.frame, window, traffic, at)
    if (held.month.bytes === held.keptBytes) return
    held.keptBytes = held.month.bytes
    this.#store.keep(name, held.month, this.#isBulk)
  }
}

function isFull(month: TrafficMonth, { windows }: MonthPart): boolean {
  return windows.every(({ window }) => month.givenAt(window) !== undefined)
}
