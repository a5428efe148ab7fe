import type { z } from 'zod'
import type { ProviderName } from '../error.ts'
import type { Log } from '../log.ts'
import { compare, type Difference, type DriftKind, differenceOf } from './compare.ts'
import { type ResponseShape, shapeOf } from './response-shape.ts'

/** A difference between a vendor's responses and what it documents. Times are in milliseconds since 1970. */
export interface DriftEntry extends Difference {
  /** Such as `GET /websites`. */
  readonly endpoint: string
  readonly kind: DriftKind
  /** The number of compared responses that have it. */
  readonly count: number
  readonly firstSeenAt: number
  readonly lastSeenAt: number
}

/** Observes the responses of one endpoint. */
export interface ResponseWatch {
  /** A response that fits the schema. The first ten of each second are compared with the documentation. */
  read(schema: z.core.$ZodType, json: unknown): void
  /** A response that does not fit the schema. */
  failed(issues: readonly z.core.$ZodIssue[], json: unknown): void
}

/** For one endpoint: small responses take some microseconds each, and only a part of large ones is compared. */
const [mostCompared, second] = [10, 1000]
const hour = 3_600_000
const mostEntries = 200
/** A list of wrong rows has an issue for each row. */
const mostIssues = 20

/** The differences between one provider's responses and their documentation, by endpoint and path. */
export class Drift {
  readonly #provider: ProviderName
  readonly #log: Log
  readonly #entries = new Map<string, { entry: DriftEntry; loggedAt: number }>()

  constructor(provider: ProviderName, log: Log) {
    this.#provider = provider
    this.#log = log
  }

  get entries(): readonly DriftEntry[] {
    return [...this.#entries.values()].map(({ entry }) => entry)
  }

  watch(endpoint: string): ResponseWatch {
    let [since, compared] = [0, 0]
    const shapes = new WeakMap<object, ResponseShape>()
    return {
      read: (schema, json) => {
        const now = Date.now()
        // A clock that was put back must not keep it open for ever.
        if (now >= since + second || now < since) [since, compared] = [now, 0]
        if (++compared > mostCompared) return
        const shape = shapes.getOrInsertComputed(schema, () => shapeOf(schema))
        for (const difference of compare(shape, json)) this.#note(endpoint, difference, now)
      },
      failed: (issues, json) => {
        const found = issues.slice(0, mostIssues).map(issue => differenceOf(issue, json))
        const each = new Map(found.map(difference => [`${difference.kind} ${difference.path}`, difference]))
        for (const difference of each.values()) this.#note(endpoint, difference, Date.now())
      },
    }
  }

  #note(endpoint: string, difference: Difference, now: number): void {
    const { kind, path, sample } = difference
    const key = `${endpoint} ${kind} ${path}`
    const known = this.#entries.get(key)
    if (!known && this.#entries.size >= mostEntries) return
    const { count, firstSeenAt } = known?.entry ?? { count: 0, firstSeenAt: now }
    const entry = { endpoint, ...difference, count: count + 1, firstSeenAt, lastSeenAt: now }
    const isDue = !known || now >= known.loggedAt + hour
    this.#entries.set(key, { entry, loggedAt: isDue ? now : known.loggedAt })
    if (!isDue) return
    const provider = this.#provider
    const what = sample === null ? words[kind] : `${words[kind]} (${sample})`
    const fields = { provider, endpoint, path, drift: kind, sample, count: entry.count }
    this.#log.warn(fields, `${provider} answers ${endpoint} with ${what}: ${path || 'the whole response'}`)
  }
}

const words: Readonly<Record<DriftKind, string>> = {
  UNKNOWN: 'a member that is not documented',
  MISSING: 'a documented member missing',
  OTHER_TYPE: 'another type than documented',
}
