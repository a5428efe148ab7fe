import type { CallContext } from '../call-context.ts'
import type { PlannedCall } from './admission.ts'

/** A kind of question that a provider answers. */
export interface Endpoint<Key, Value> {
  /** The same for equal questions, and for no others of the provider. */
  readonly nameOf: (key: Key) => string
  /** The fewest calls that answer all of the questions. */
  readonly callsOf: (keys: readonly Key[]) => readonly Call<Key, Value>[]
  /** How long an answer that came at that time may be kept, in milliseconds; 0 is not at all. */
  readonly ttlOf: (key: Key, value: Value, at: number) => number
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
  /** The questions that it answers, the very ones that were given. */
  readonly keys: readonly Key[]
  readonly plan: PlannedCall
  /** The answers in the order of the questions, an error in place of one that failed by itself. */
  readonly make: (callContext: CallContext) => Promise<readonly (Value | Error)[]>
}

/** A call that answers one question. */
export function callOf<Key, Value>(
  key: Key,
  plan: PlannedCall,
  make: (callContext: CallContext) => Promise<Value>,
): Call<Key, Value> {
  return { keys: [key], plan, make: async callContext => [await make(callContext)] }
}
