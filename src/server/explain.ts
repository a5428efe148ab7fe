import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

/** The request header that asks for costs instead of, or beside, the response. */
export const explainHeader = 'isotherm-explain'

/** `plan` is a dry run, which lists the calls instead of data. `cost` adds the static cost to the response. */
const explanations: readonly unknown[] = ['plan', 'cost']

export function asksForDryRun({ headers }: Pick<Request, 'headers'>): boolean {
  return headers.get(explainHeader) === 'plan'
}

export function asksForCost({ headers }: Pick<Request, 'headers'>): boolean {
  return headers.get(explainHeader) === 'cost'
}

/** Refuses unknown values with 400: a client that wanted a dry run must not pay for a real one. */
export function checkExplain({ headers }: IncomingMessage): void {
  const value = headers[explainHeader]
  if (value === undefined || explanations.includes(value)) return
  throw new Refusal(400, `The header ${explainHeader} only knows the values "plan" and "cost".`)
}
