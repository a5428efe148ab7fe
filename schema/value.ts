import type { UpstreamError } from '../src/upstream/error.ts'

/** The value; if the record holds an error instead, throws it as the field's error. */
export function orThrow<Value>(value: Value | UpstreamError): Value {
  if (value instanceof Error) throw value
  return value
}
