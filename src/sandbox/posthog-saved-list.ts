import type { Reply } from './emulator.ts'
import type { SavedHeatmap } from './posthog-heatmaps.ts'

/** Returns the list of saved heatmaps: without deleted ones, with clamped `limit` and `offset`, and without a next page. */
export function listSaved(heatmaps: readonly SavedHeatmap[], query: URLSearchParams): Reply {
  // Django takes the last of repeated parameters, and treats an empty one as absent.
  const given = (name: string) => query.getAll(name).at(-1) || undefined
  for (const name of ['created_by', 'limit', 'offset'])
    if (!integer.test(given(name) ?? '0'))
      return { status: 400, body: invalidField(name, 'A valid integer is required.') }

  const order = given('order') ?? '-updated_at'
  const field = order.replace(/^-/, '')
  if (!fields.has(field)) return { status: 400, body: { error: `Invalid order field: ${order}` } }

  const search = given('search')?.toLowerCase() ?? ''
  const createdBy = Number(given('created_by') ?? 0)
  const found = heatmaps
    .filter(heatmap => !heatmap.deleted)
    .filter(({ type }) => type === (given('type') ?? type))
    .filter(({ status }) => status === (given('status') ?? status))
    .filter(({ url, name }) => [url, name ?? ''].some(text => text.toLowerCase().includes(search)))
    .filter(({ created_by }) => createdBy === 0 || created_by?.id === createdBy)
    .sort((a, b) => compare(sortKey(a, field), sortKey(b, field)) * (order.startsWith('-') ? -1 : 1))
  const limit = Math.max(1, Math.min(Number(given('limit') ?? 100), 500))
  const offset = Math.max(0, Number(given('offset') ?? 0))
  return { body: { results: found.slice(offset, offset + limit), count: found.length } }
}

/** The vendor's error body for a refused parameter or field. */
function invalidField(attr: string, detail: string): object {
  return { type: 'validation_error', code: 'invalid_input', detail, attr }
}

const integer = /^\s*[+-]?\d+(\.0*)?\s*$/

/** Columns of the vendor's table. `has_content` and `snapshots` are computed, so lists cannot be ordered by them. */
const fields = new Set([
  'id',
  'short_id',
  'name',
  'url',
  'data_url',
  'type',
  'status',
  'deleted',
  'created_by',
  'created_at',
  'updated_at',
  'exception',
])

type SortKey = string | number | undefined

function sortKey(heatmap: SavedHeatmap, field: string): SortKey {
  if (field === 'created_by') return heatmap.created_by?.id
  const value = Object.entries(heatmap).find(([name]) => name === field)?.[1]
  return typeof value === 'string' ? value : undefined
}

/** Nulls sort as the largest, as in PostgreSQL. */
function compare(a: SortKey, b: SortKey): number {
  if (a === b) return 0
  if (a === undefined) return 1
  if (b === undefined) return -1
  return a < b ? -1 : 1
}
