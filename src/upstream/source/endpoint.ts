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
  /** What is kept of an answer, which has to be plain JSON; without it the answer itself. */
  readonly pack?: (value: Value) => unknown
  /** The answer that was kept; undefined where that is none to such a question. */
  readonly unpack: (kept: unknown) => Value | undefined
}

/** Unpacks answers that are kept as they are. */
export function asItIs<Value>(
  isAnswer: (kept: unknown) => kept is Value,
): (kept: unknown) => Value | undefined {
  return kept => (isAnswer(kept) ? kept : undefined)
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
