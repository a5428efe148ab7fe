import { BadInput } from '../src/upstream/bad-input.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'

/** `first` and `after`: how every list that can grow is paged. */
export function pageArguments(maximum = maximumPage) {
  return builder.args(t => ({
    first: t.int({ defaultValue: defaultPage, description: `How many rows at most, 1 to ${maximum}.` }),
    after: t.string({
      description: 'The cursor of the row to go on behind; from the first row when left out.',
    }),
  }))
}

const defaultPage = 20
const maximumPage = 100

/** What `pageArguments` hold by then. */
export interface PageArguments {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

/** The check that belongs to `pageArguments`. */
export function checkedPage(maximum = maximumPage) {
  return checked<PageArguments>(({ first }) => checkFirst(first, maximum))
}

export function checkFirst(first: number | null | undefined, maximum: number): void {
  if (first != null && (first < 1 || first > maximum)) {
    throw new BadInput(`first must be from 1 to ${maximum}, not ${first}.`)
  }
}

/** How many rows a page holds at most. */
export function pageSize({ first }: PageArguments): number {
  return first ?? defaultPage
}

/** One page of rows whose cursors are their keys, so that a cursor stays true when rows before it come or go. */
export function toConnection<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  { first, after }: PageArguments,
  hasMoreRows = false,
) {
  const start = after == null ? 0 : positionAfter(rows, keyOf, after)
  const page = rows.slice(start, start + pageSize({ first }))
  const edges = page.map(node => ({ cursor: keyOf(node), node }))
  return {
    edges,
    pageInfo: {
      hasNextPage: start + page.length < rows.length || hasMoreRows,
      hasPreviousPage: start > 0,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

/** Whether a page is full already; whether more rows follow it is for whoever hands them out to say. */
export function holdsPage<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  { first, after }: PageArguments,
): boolean {
  const start = after == null ? 0 : rows.findIndex(row => keyOf(row) === after) + 1
  return (after == null || start > 0) && rows.length >= start + pageSize({ first })
}

function positionAfter<Row>(rows: readonly Row[], keyOf: (row: Row) => string, after: string): number {
  const position = rows.findIndex(row => keyOf(row) === after)
  if (position < 0) throw new BadInput(`after: "${after}" is no cursor of this list.`)
  return position + 1
}
