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
  /** The greatest age of a cached value that a key takes, in milliseconds; by default the TTL alone decides. */
  readonly maximumAgeOf?: (key: Key) => number | undefined
  /**
   * Whether a value that is not cached is told to other instances that wait for it; by default none is. It must be plain JSON,
   * or have an encoding.
   */
  readonly isTold?: (value: Value) => boolean
  /**
   * Whether memory is not to keep a value, since whoever asks keeps what it needs of it; Redis keeps it all the same. Before a
   * value is there: whether memory may be left out. By default memory keeps all.
   */
  readonly leavesMemory?: (key: Key, value?: Value) => boolean
  /** Whether what the cache holds under a key's name is such a value. Checked at each look-up, so it has to be quick. */
  readonly isValue: (cached: unknown) => cached is Value
  /** How values are written as JSON where they are not plain JSON themselves, or that would be long. */
  readonly encoding?: Encoding<Value>
}

export interface Encoding<Value> {
  /** Plain JSON. */
  readonly encode: (value: Value) => unknown
  /** Undefined where the JSON holds no such value. */
  readonly decode: (json: unknown) => Value | undefined
}

export interface Call<Key, Value> {
  /** The keys that it loads, the very objects that were given. */
  readonly keys: readonly Key[]
  readonly plan: PlannedCall
  /** The values in the order of the keys, an error in place of one that failed by itself. */
  readonly make: (callContext: CallContext) => Promise<readonly (Value | Error)[]>
}

/** An endpoint that loads each key by a call of its own. */
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
