import type { CacheAccess } from './cache.ts'

/** Where an account keeps the answers of a provider. */
export interface CachePolicy {
  readonly cache: CacheAccess
  /** The age up to which a kept answer is served past its time, while its upstream is down. */
  readonly staleMilliseconds: number
}
