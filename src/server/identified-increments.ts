import type { DocumentNode, SelectionSetNode } from 'graphql'
import { type Deferred, DeferredSelections, type Path } from './deferred-selections.ts'
import type { Result } from './result-body.ts'

interface Pending extends Deferred {
  readonly id: string
}

/** A part as the executor tells it: by its path, with its data, or the next row of a list. */
interface Increment extends Result {
  readonly path?: Path
  readonly label?: string
  readonly items?: readonly unknown[] | null
}

export interface IncrementalResult extends Result {
  readonly hasNext?: boolean
  readonly incremental?: readonly Increment[]
}

/**
 * Rewrites the results of one operation, in their order, from the incremental delivery of 2022 to that of Apollo's
 * `incrementalSpec=v0.2`: what is to come is announced in `pending` with an id, comes in `incremental` by that id, and is over
 * once `completed` names it.
 */
export function identifyIncrements(
  document: DocumentNode,
  root: SelectionSetNode,
  variables: Readonly<Record<string, unknown>>,
): (result: IncrementalResult) => IncrementalResult {
  const selections = new DeferredSelections(document, variables)
  const open = new Map<string, Set<Pending>>()
  let count = 0
  const announce = (found: readonly Deferred[]): readonly Pending[] => {
    const pending = found.map(deferred => ({ ...deferred, id: String(count++) }))
    for (const one of pending) open.getOrInsertComputed(keyOf(one), () => new Set()).add(one)
    return pending
  }
  const find = (increment: Increment): Pending | undefined => {
    const { path = [], label, data, items } = increment
    const kind = items === undefined ? 'defer' : 'stream'
    const key = keyOf({ kind, label, path: kind === 'stream' ? path.slice(0, -1) : path })
    const here = [...(open.get(key) ?? [])]
    return here.find(one => kind === 'stream' || selections.fits(one, data)) ?? here[0]
  }
  return result => {
    const { incremental = [], hasNext, ...rest } = result
    if (hasNext === undefined) return result
    const pending = [...announce('data' in rest ? selections.in(rest.data, [root], []) : [])]
    const delivered: object[] = []
    const completed: { id: string; errors?: readonly unknown[] }[] = []
    for (const increment of incremental) {
      const { path = [], data, items, errors } = increment
      const known = find(increment)
      const [one] = known ? [known] : announce([{ kind: 'defer', path, label: increment.label, sets: [] }])
      if (!one) continue
      if (!known) pending.push(one)
      const { id } = one
      const erroneous = errors && { errors }
      const isFailed = items === null || (items === undefined && data === null)
      if (!isFailed) {
        delivered.push(items === undefined ? { id, data, ...erroneous } : { id, items, ...erroneous })
        const rows = items?.map((row, index) =>
          selections.in(row, one.sets, [...path.slice(0, -1), Number(path.at(-1)) + index]),
        )
        pending.push(...announce(rows?.flat() ?? selections.in(data, one.sets, path)))
      }
      if (isFailed || items === undefined) {
        const key = keyOf(one)
        open.get(key)?.delete(one)
        if (open.get(key)?.size === 0) open.delete(key)
        completed.push({ id, ...(isFailed && erroneous) })
      }
    }
    if (!hasNext) {
      for (const { id } of [...open.values()].flatMap(pending => [...pending])) completed.push({ id })
      open.clear()
    }
    return {
      ...rest,
      ...(('data' in rest || pending.length > 0) && { pending: pending.map(pendingEntry) }),
      ...(delivered.length > 0 && { incremental: delivered }),
      ...(completed.length > 0 && { completed }),
      hasNext,
    }
  }
}

function keyOf({ kind, label, path }: Omit<Deferred, 'sets'>): string {
  return JSON.stringify([kind, label, path])
}

function pendingEntry({ id, path, label }: Pending) {
  return { id, path, ...(label !== undefined && { label }) }
}
