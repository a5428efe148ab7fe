import { ageOf } from '../../../upstream/cache/age.ts'
import type { CachedObjects } from '../../../upstream/cache/cache.ts'
import type { DwellTime } from '../assembly/aggregation.ts'
import { identityName } from '../calls/location-windows.ts'
import { type TtlSettings, trafficTtl } from '../calls/windows.ts'
import type { TrafficSpan } from '../records.ts'
import type { TrafficKey } from '../traffic-question.ts'
import type { MonthFrame } from './month-frame.ts'
import { TrafficMonth } from './traffic-month.ts'

export interface MonthSettings {
  readonly objects: CachedObjects
  readonly ttl: TtlSettings
  /** Up to this age a month past its TTL is used while upstream is down. */
  readonly staleMilliseconds: number
  readonly dwellTime: DwellTime
}

/** The months of one account's locations; this process only. */
export class MonthStore {
  readonly #settings: MonthSettings

  constructor(settings: MonthSettings) {
    this.#settings = settings
  }

  nameOf({ name }: MonthFrame, { identity, onRefusal }: Pick<TrafficKey, 'identity' | 'onRefusal'>): string {
    return `month ${name} ${this.#settings.dwellTime} ${onRefusal} ${identityName(identity)}`
  }

  find(name: string): TrafficMonth | undefined {
    const found = this.#settings.objects.get(name)
    return found instanceof TrafficMonth ? found : undefined
  }

  create(frame: MonthFrame, expired?: TrafficMonth): TrafficMonth {
    return new TrafficMonth(frame, this.#settings.dwellTime, expired)
  }

  /** Briefly, if the request reads in bulk. */
  keep(name: string, month: TrafficMonth, isBulk: boolean): void {
    const { objects, ttl, staleMilliseconds } = this.#settings
    objects.set(name, month, month.bytes, Math.max(ttl.milliseconds, staleMilliseconds), { isBulk })
  }

  /** Whether a window's traffic of that time is fresh, if it may have at most that age. */
  isFresh(window: TrafficSpan, at: number, maximumAge?: number): boolean {
    return isYoungerThan(at, this.freshUntil(window, at, maximumAge) - at)
  }

  /** Until when it is fresh, in milliseconds since 1970. */
  freshUntil(window: TrafficSpan, at: number, maximumAge = Number.POSITIVE_INFINITY): number {
    return at + Math.min(maximumAge, trafficTtl(this.#settings.ttl, window, at))
  }

  /** Whether a window's traffic of that time may replace a window that failed. */
  mayStandIn(window: TrafficSpan, at: number): boolean {
    const { ttl, staleMilliseconds } = this.#settings
    return isYoungerThan(at, Math.max(staleMilliseconds, trafficTtl(ttl, window, at)))
  }
}

function isYoungerThan(at: number, milliseconds: number): boolean {
  const age = ageOf(at)
  return age !== undefined && age < milliseconds
}
