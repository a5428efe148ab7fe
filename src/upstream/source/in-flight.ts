import type { TagVersion } from '../cache/tag-versions.ts'
import type { Outcome } from './outcome.ts'
import type { RequestScope } from './request-scope.ts'
import type { PlannedName, Usage } from './usage.ts'
import type { Waiters } from './waiters.ts'

/** A call, and the costs of the request that began it; undefined if another instance makes it. */
interface Made {
  readonly usage: Usage | undefined
  readonly call: object
}

/** What the first to ask a question requires of the cache, and the key's name in requests' costs. */
interface QuestionDemands {
  readonly planned: PlannedName
  readonly maximumAge?: number | undefined
}

/** A batch that waits, with the key's index in it. */
interface Waiting<Value> {
  readonly waiters: Waiters<Value>
  readonly index: number
}

/** A key that is being loaded, with all its waiters. */
export class InFlightQuestion<Key, Value> {
  readonly name: string
  readonly key: Key
  readonly planned: PlannedName
  /** Whether changes clear its cache entry. */
  readonly isTagged: boolean
  /** The tag's version when the question was asked; undefined if unknown. */
  readonly tag: TagVersion | undefined
  /** The greatest age of a cached value that settles it, in milliseconds. */
  readonly maximumAge: number
  /** The cached value that is too old. */
  expired: { readonly value: Value; readonly at: number } | undefined
  /** Whether its tag was cleared since the load began. */
  isOutdated = false
  /** The call that loads it, once that was made. */
  made: Made | undefined
  /** The start of its wait for another instance's call, by the monotonic clock. */
  followedSince: number | undefined
  /** Whether an instance that it waited for could not reach the vendor. */
  isUnreached = false
  /** Called when nobody waits any more. */
  onUnwanted: (() => void) | undefined
  /** The incomplete value. */
  #arriving: object | undefined
  #waiting: Waiting<Value>[]

  constructor(
    name: string,
    key: Key,
    tag: TagVersion | 'unknown' | undefined,
    { planned, maximumAge = Number.POSITIVE_INFINITY }: QuestionDemands,
  ) {
    this.maximumAge = maximumAge
    this.planned = planned
    this.name = name
    this.key = key
    this.isTagged = tag !== undefined
    this.tag = tag === 'unknown' ? undefined : tag
    this.#waiting = []
  }

  /** Equal for questions that may share a call: both know the same changes. */
  get sharedName(): string {
    return this.tag ? `${this.name} ${this.tag.version}` : this.name
  }

  /** Whether other questions may join its call. */
  get isShareable(): boolean {
    return !this.isTagged || this.tag !== undefined
  }

  get isWanted(): boolean {
    return this.#waiting.length > 0
  }

  /** Whether all who wait read a great many values, each once. */
  get isBulk(): boolean {
    return this.#waiting.every(({ waiters }) => waiters.scope.isBulk)
  }

  /** Whether upstream is being called, so that the value will be new. */
  get isAsked(): boolean {
    return this.onUnwanted !== undefined
  }

  join(waiters: Waiters<Value>, index: number): void {
    // A growing array reserves room for many, and usually there is one waiter.
    if (this.isWanted) this.#waiting.push({ waiters, index })
    else this.#waiting = [{ waiters, index }]
    if (this.#arriving) waiters.scope.onArriving?.(this.#arriving)
  }

  /** Gives an incomplete value to all who wait. */
  show(arriving: object): void {
    this.#arriving = arriving
    for (const { waiters } of this.#waiting) waiters.scope.onArriving?.(arriving)
  }

  /** Returns whether nobody waits any more. */
  leave(waiters: Waiters<Value>): boolean {
    if (!this.isWanted) return false
    if (this.made) this.#note(waiters.scope)
    this.#waiting = this.#waiting.filter(one => one.waiters !== waiters)
    if (this.isWanted) return false
    this.onUnwanted?.()
    return true
  }

  /** Fails all who wait for the caller of that scope. Returns the scope of another waiter, if there is one. */
  failCaller(scope: RequestScope, error: Error): RequestScope | undefined {
    const own = this.#waiting.filter(({ waiters }) => isSameCaller(waiters.scope, scope))
    this.#waiting = this.#waiting.filter(one => !own.includes(one))
    for (const { waiters, index } of own) waiters.deliver(index, error)
    return this.#waiting[0]?.waiters.scope
  }

  settle(outcome: Outcome<Value> | Error): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { waiters, index } of waiting) {
      if (outcome instanceof Error) {
        if (this.made) this.#note(waiters.scope)
        waiters.deliver(index, outcome)
        continue
      }
      this.#note(waiters.scope)
      if (this.isTagged) waiters.scope.usage.isChangeable = true
      waiters.scope.usage.noteAge(outcome.at, outcome.isStale, outcome.until)
      waiters.deliver(index, outcome.value, outcome)
    }
  }

  /** Not for a failure without a call: that call was neither made nor saved. */
  #note({ usage }: RequestScope): void {
    const { group, item } = this.planned
    usage.noteServed(group, item)
    if (this.made && this.made.usage !== usage) usage.noteShared(this.made.call)
  }
}

/** If callers are not distinguished, each request counts as one. */
function isSameCaller(one: RequestScope, other: RequestScope): boolean {
  return one === other || (one.caller !== undefined && one.caller === other.caller)
}
