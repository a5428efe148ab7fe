import type { CachePolicy } from '../../../src/upstream/cache/keeping.ts'
import { Admission } from '../../../src/upstream/source/admission.ts'
import { DataSource } from '../../../src/upstream/source/data-source.ts'
import { asItIs, callOf } from '../../../src/upstream/source/endpoint.ts'
import { RequestScope } from '../../../src/upstream/source/request-scope.ts'

/** One more request. */
export function scope(): RequestScope {
  return new RequestScope('analytiks', new AbortController().signal, new Admission(false), 100)
}

/** Answers of a made-up provider, which are kept for ten minutes. */
export function openDataSource<Value extends number | string>(
  make: () => Promise<Value>,
  cachePolicy: CachePolicy,
  group?: string,
): DataSource<string, Value> {
  return new DataSource(
    {
      nameOf: key => key,
      callsOf: keys => keys.map(key => callOf(key, { route: 'GET /' }, make)),
      ttlOf: () => 600_000,
      unpack: asItIs((kept): kept is Value => typeof kept === 'number' || typeof kept === 'string'),
    },
    cachePolicy,
    group,
  )
}
