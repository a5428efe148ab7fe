import { type ValueNode, valueFromASTUntyped } from 'graphql'

/** A day as `YYYY-MM-DD`. Throws a TypeError that shows what to write. */
export function readLocalDate(value: unknown): string {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && isDate(value)) return value
  throw new TypeError(
    `LocalDate cannot be read from ${JSON.stringify(value)}. Write a day such as 2026-11-21, without a time.`,
  )
}

export function readLocalDateLiteral(
  literal: ValueNode,
  variables?: Readonly<Record<string, unknown>> | null,
): string {
  return readLocalDate(valueFromASTUntyped(literal, variables))
}

/** Whether the calendar has it. */
export function isDate(text: string): boolean {
  try {
    Temporal.PlainDate.from(text)
    return true
  } catch {
    return false
  }
}
