import type { Keeping } from '../../../src/upstream/cache/keeping.ts'
import { Admission } from '../../../src/upstream/source/admission.ts'
import { Answers } from '../../../src/upstream/source/data-source.ts'
import { asItIs, callOf } from '../../../src/upstream/source/endpoint.ts'
import { Caller } from '../../../src/upstream/source/request-scope.ts'

/** One more request. */
export function caller(): Caller {
  return new Caller('analytiks', new AbortController().signal, new Admission(false), 100)
}

/** Answers of a made-up provider, which are kept for ten minutes. */
export function openAnswers<Value extends number | string>(
  make: () => Promise<Value>,
  keeping: Keeping,
  group?: string,
): Answers<string, Value> {
  return new Answers(
    {
      nameOf: key => key,
      callsOf: keys => keys.map(key => callOf(key, { route: 'GET /' }, make)),
      keepFor: () => 600_000,
      unpack: asItIs((kept): kept is Value => typeof kept === 'number' || typeof kept === 'string'),
    },
    keeping,
    group,
  )
}
