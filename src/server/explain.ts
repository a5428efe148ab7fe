import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

/** Asks for what a request would cost, in place of its answer or beside it. */
export const explainHeader = 'isotherm-explain'

/** The calls that a request would make, in place of its answer; or its static cost beside the answer. */
const explanations: readonly unknown[] = ['plan', 'cost']

export function asksForDryRun({ headers }: Pick<Request, 'headers'>): boolean {
  return headers.get(explainHeader) === 'plan'
}

export function asksForCost({ headers }: Pick<Request, 'headers'>): boolean {
  return headers.get(explainHeader) === 'cost'
}

/** Refuses a value of the header that is not known, 400: who hoped for a plan must not pay for an answer. */
export function checkExplain({ headers }: IncomingMessage): void {
  const value = headers[explainHeader]
  if (value === undefined || explanations.includes(value)) return
  throw new Refusal(400, `The header ${explainHeader} knows the values "plan" and "cost" alone.`)
}
