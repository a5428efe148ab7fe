import { type ValueNode, valueFromASTUntyped } from 'graphql'
import { isDate } from './local-date.ts'

const pattern = /^(\d{4}-\d\d-\d\d)(?:T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?)?$/i

/** A local time as `YYYY-MM-DDTHH:mm:ss`; a date becomes its midnight. Throws a TypeError that shows what to write. */
export function readLocalDateTime(value: unknown): string {
  if (typeof value !== 'string') throw unreadable(`${JSON.stringify(value)}.`)
  if (/T.*(Z|[+-]\d\d:?\d\d)$/i.test(value)) {
    throw unreadable(`"${value}": it has an offset, and a local time has none. Leave it out, or ask in utc.`)
  }
  const [, date] = pattern.exec(value) ?? []
  if (date === undefined || !isDate(date)) throw unreadable(`"${value}".`)
  return value === date ? `${date}T00:00:00` : value
}

export function readLocalDateTimeLiteral(
  literal: ValueNode,
  variables?: Readonly<Record<string, unknown>> | null,
): string {
  return readLocalDateTime(valueFromASTUntyped(literal, variables))
}

function unreadable(what: string): TypeError {
  const example =
    'Write a time such as 2026-11-21T09:00:00, or a date such as 2026-11-21, which is its midnight.'
  return new TypeError(`LocalDateTime cannot be read from ${what} ${example}`)
}
