import { z } from 'zod'
import type { Cell, Column, ColumnType, Row } from './table.ts'

/** A column of records that the graph lists, with the field that it shows. */
export interface RecordField extends Column {
  /** As in a query; by default the field of the column's name. */
  readonly select?: string
  /** Whether only callers who may read personal values get the column. */
  readonly isPersonal?: boolean
}

export function field(name: string, type: ColumnType, more: Partial<RecordField> = {}): RecordField {
  return { name, type, ...more }
}

/** The columns that the caller may read. */
export function readableOf(fields: readonly RecordField[], mayReadPeople: boolean): readonly RecordField[] {
  return fields.filter(({ isPersonal }) => mayReadPeople || !isPersonal)
}

export function selectionOf(fields: readonly RecordField[]): string {
  return fields.map(({ name, select }) => (select ? `${name}: ${select}` : name)).join(' ')
}

/** If a member is an object, its only member is the cell. */
const Value = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.record(z.string(), z.string().nullable()),
])
const Record = z.record(z.string(), z.unknown())

export function rowOf(record: unknown, fields: readonly RecordField[], before: Row): Row {
  const members = Record.parse(record)
  return [...before, ...fields.map(({ name }) => cellOf(Value.parse(members[name] ?? null)))]
}

function cellOf(value: z.infer<typeof Value>): Cell {
  return value !== null && typeof value === 'object' ? (Object.values(value)[0] ?? null) : value
}
