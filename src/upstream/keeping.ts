import type { AnswerCache } from './answer-cache.ts'

/** Where an account keeps the answers of a provider. */
export interface Keeping {
  readonly cache: AnswerCache
  /** How long behind its time a kept answer may still be served while its upstream is down. */
  readonly staleMilliseconds: number
}
