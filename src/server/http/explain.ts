import type { IncomingMessage } from 'node:http'
import type { Caller } from '../../access/caller.ts'
import { requireScope } from './insufficient-scope.ts'
import { Refusal } from './refusal.ts'

/** The request header that asks for costs instead of, or beside, the response. */
export const explainHeader = 'isotherm-explain'

/** `plan` is a dry run: the calls instead of data. `cost` adds the static cost to the response. */
const explanations: readonly unknown[] = ['plan', 'cost']

export function asksForDryRun({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers[explainHeader] === 'plan'
}

export function asksForCost({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers[explainHeader] === 'cost'
}

/**
 * Refuses unknown values with 400, and callers that may not explore with 403: a client that wanted a dry run must not
 * pay for a real one.
 */
export function checkExplain({ headers }: IncomingMessage, caller: Caller): void {
  const value = headers[explainHeader]
  if (value === undefined) return
  requireScope(caller, 'explore', `The header ${explainHeader}`)
  if (explanations.includes(value)) return
  throw new Refusal(400, `The header ${explainHeader} only knows the values "plan" and "cost".`)
}
