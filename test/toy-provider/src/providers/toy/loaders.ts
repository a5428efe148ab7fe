import type DataLoader from 'dataloader'
import type { CachePolicy } from '../../upstream/cache/cache.ts'
import { asError } from '../../upstream/error.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import { DataSource } from '../../upstream/source/data-source.ts'
import { callPerKey } from '../../upstream/source/endpoint.ts'
import { RequestLoader } from '../../upstream/source/request-loader.ts'
import type { RequestScope } from '../../upstream/source/request-scope.ts'
import type { ToyClient, ToySettings } from './client.ts'
import type { Toy } from './wire.ts'

export interface ToyLoaders {
  readonly toys: DataLoader<number, Toy>
}

export type ToySources = DataSource<number, Toy>

export function toySources(
  client: ToyClient,
  { limits }: Pick<ToySettings, 'limits'>,
  cachePolicy: CachePolicy | undefined,
): ToySources {
  const toys = callPerKey<number, Toy>({
    nameOf: id => nameOf('toy', id),
    plan: id => ({ route: 'GET /toys/:id', id }),
    call: (id, callContext) => client.toy(id, callContext),
    ttlOf: () => limits.ttlSeconds * 1000,
    isValue: (value): value is Toy => typeof value === 'object',
  })
  return new DataSource(toys, cachePolicy)
}

export function toyLoaders(sources: () => ToySources, scope: RequestScope): ToyLoaders {
  const load = async (id: number) => sources().ask(id, scope)
  return {
    toys: new RequestLoader(scope, ids => Promise.all(ids.map(id => load(id).catch(asError))), {}),
  }
}
