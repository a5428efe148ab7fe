import type { CachePolicy } from '../../../src/upstream/cache/cache.ts'
import { Admission } from '../../../src/upstream/source/admission.ts'
import { DataSource } from '../../../src/upstream/source/data-source.ts'
import { callPerKey } from '../../../src/upstream/source/endpoint.ts'
import { RequestScope } from '../../../src/upstream/source/request-scope.ts'

/** One more request, of a caller if one is given. */
export function scope(caller?: string, how: { readonly isBulk?: boolean } = {}): RequestScope {
  const { signal } = new AbortController()
  return new RequestScope('analytiks', signal, new Admission(false), 100, { ...how, caller })
}

/** Answers of a made-up provider, which are kept for ten minutes. */
export function openDataSource<Value extends number | string>(
  make: () => Promise<Value>,
  cachePolicy: CachePolicy,
  group?: string,
): DataSource<string, Value> {
  return new DataSource(
    callPerKey({
      nameOf: key => key,
      plan: () => ({ route: 'GET /' }),
      // As a rate limiter does.
      async call(_key, callContext) {
        await callContext.claim?.take()
        return make()
      },
      ttlOf: () => 600_000,
      isValue: (cached): cached is Value => typeof cached === 'number' || typeof cached === 'string',
    }),
    cachePolicy,
    group,
  )
}
