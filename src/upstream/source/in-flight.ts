import type { TagVersion } from '../cache/tag-versions.ts'
import type { Outcome } from './outcome.ts'
import type { RequestScope } from './request-scope.ts'
import type { PlannedName, Usage } from './usage.ts'
import type { Waiters } from './waiters.ts'

/** A call that was made, and the costs of the request that began it; undefined if another instance made it. */
interface Made {
  readonly usage: Usage | undefined
  readonly call: object
}

/** What the first to ask a question wants of the cache, and how requests' costs name its key. */
interface QuestionDemands {
  readonly planned: PlannedName
  readonly maximumAge?: number | undefined
}

/** A batch that waits, with the key's index in it. */
interface Waiting<Value> {
  readonly waiters: Waiters<Value>
  readonly index: number
}

/** A key that is being loaded, with everyone who waits for it. */
export class InFlightQuestion<Key, Value> {
  readonly name: string
  readonly key: Key
  readonly planned: PlannedName
  /** Whether changes clear its cache entry. */
  readonly isTagged: boolean
  /** As it was when the question was asked; undefined where it is not known. */
  readonly tag: TagVersion | undefined
  /** The greatest age of a cached value that settles it, in milliseconds. */
  readonly maximumAge: number
  /** What the cache holds, and is too old. */
  expired: { readonly value: Value; readonly at: number } | undefined
  /** Whether its tag was cleared since the load began. */
  isOutdated = false
  /** The call that loads it, once that was made. */
  made: Made | undefined
  /** Since when it waits for another instance's call, by the monotonic clock. */
  followedSince: number | undefined
  /** Whether another instance that it waited for found no way to the vendor. */
  isUnreached = false
  /** Called when nobody waits any more. */
  onUnwanted: (() => void) | undefined
  /** The value of which only a part has come. */
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

  /** Equal for questions that may share a call: all changes that the one knows, the other knows, too. */
  get sharedName(): string {
    return this.tag ? `${this.name} ${this.tag.version}` : this.name
  }

  /** Whether other questions may share its call. */
  get isShareable(): boolean {
    return !this.isTagged || this.tag !== undefined
  }

  get isWanted(): boolean {
    return this.#waiting.length > 0
  }

  /** Whether all who wait read a great many, each once. */
  get isBulk(): boolean {
    return this.#waiting.every(({ waiters }) => waiters.scope.isBulk)
  }

  /** Whether upstream is being called, so that the value will be new. */
  get isAsked(): boolean {
    return this.onUnwanted !== undefined
  }

  join(waiters: Waiters<Value>, index: number): void {
    // A growing array reserves room for many, and mostly one waits.
    if (this.isWanted) this.#waiting.push({ waiters, index })
    else this.#waiting = [{ waiters, index }]
    if (this.#arriving) waiters.scope.onArriving?.(this.#arriving)
  }

  /** Shows everyone who waits the value of which only a part has come. */
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

  /** Fails who waits for the caller of that scope. Returns the scope of another who waits, if there is one. */
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

  /** Not for a failure without a call: that call was neither made nor spared. */
  #note({ usage }: RequestScope): void {
    const { group, item } = this.planned
    usage.noteServed(group, item)
    if (this.made && this.made.usage !== usage) usage.noteShared(this.made.call)
  }
}

/** Where callers are not told apart, each request is one. */
function isSameCaller(one: RequestScope, other: RequestScope): boolean {
  return one === other || (one.caller !== undefined && one.caller === other.caller)
}
