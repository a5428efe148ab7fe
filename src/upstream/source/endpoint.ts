import type { CallContext } from '../call-context.ts'
import type { PlannedCall } from './admission.ts'
import type { PlannedName } from './usage.ts'

/** A kind of upstream question: its cache key, calls, TTL and encoding. */
export interface Endpoint<Key, Value> {
  /** The cache key: the same for equal keys, and for no others of the provider. */
  readonly nameOf: (key: Key) => string
  /** The same in two parts, where a request may have a great many keys that come in groups. */
  readonly plannedNameOf?: (key: Key) => PlannedName
  /** The fewest calls that load all keys. */
  readonly callsOf: (keys: readonly Key[]) => readonly Call<Key, Value>[]
  /** The TTL of a value that was loaded at that time, in milliseconds; 0 does not cache it. */
  readonly ttlOf: (key: Key, value: Value, at: number) => number
  /** The greatest age of a cached value that a key accepts, in milliseconds; by default only the TTL counts. */
  readonly maximumAgeOf?: (key: Key) => number | undefined
  /**
   * Whether other instances that wait get a value that is not cached; by default they do not. It must be plain JSON, or have an
   * encoding.
   */
  readonly isPublished?: (value: Value) => boolean
  /**
   * Whether memory does not keep a value, because whoever asks keeps what it needs; Redis keeps it anyway. Without a value:
   * whether memory need not be searched. By default memory keeps all.
   */
  readonly leavesMemory?: (key: Key, value?: Value) => boolean
  /** Whether a cached value has the form of this endpoint's values. Checked at each look-up, so it has to be quick. */
  readonly isValue: (cached: unknown) => cached is Value
  /** How values become JSON, if they are no plain JSON or that would be long. */
  readonly encoding?: Encoding<Value>
}

export interface Encoding<Value> {
  /** Plain JSON. */
  readonly encode: (value: Value) => unknown
  /** Undefined if the JSON is no such value. */
  readonly decode: (json: unknown) => Value | undefined
}

export interface Call<Key, Value> {
  /** The keys that it loads: the same objects that were given. */
  readonly keys: readonly Key[]
  readonly plan: PlannedCall
  /** The values in the order of the keys, with an error in place of each one that failed separately. */
  readonly make: (callContext: CallContext) => Promise<readonly (Value | Error)[]>
}

/** An endpoint that loads each key by its own call. */
export interface CallPerKey<Key, Value> extends Omit<Endpoint<Key, Value>, 'callsOf'> {
  readonly plan: (key: Key) => PlannedCall
  readonly call: (key: Key, callContext: CallContext) => Promise<Value>
}

export function callPerKey<Key, Value>({
  plan,
  call,
  ...endpoint
}: CallPerKey<Key, Value>): Endpoint<Key, Value> {
  return {
    ...endpoint,
    callsOf: keys =>
      keys.map(key => ({
        keys: [key],
        plan: plan(key),
        make: async callContext => [await call(key, callContext)],
      })),
  }
}
