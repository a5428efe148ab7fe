import type { UpstreamError } from '../src/upstream/error.ts'

/** The value, unless the record holds an error in its place: then that is the field's error. */
export function orThrow<Value>(value: Value | UpstreamError): Value {
  if (value instanceof Error) throw value
  return value
}
