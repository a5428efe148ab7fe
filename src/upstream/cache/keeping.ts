import type { KeptAnswers } from './cache.ts'

/** Where an account keeps the answers of a provider. */
export interface Keeping {
  readonly cache: KeptAnswers
  /** The age up to which a kept answer is served past its time, while its upstream is down. */
  readonly staleMilliseconds: number
}
