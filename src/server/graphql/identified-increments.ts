import type { DocumentNode, SelectionSetNode } from 'graphql'
import { type Deferred, DeferredSelections, type Path } from './deferred-selections.ts'
import type { Result } from './result-body.ts'

interface Pending extends Deferred {
  readonly id: string
}

/** An increment of the executor: the data of a deferred fragment, or the next rows of a list. Null stands for failure. */
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
 * `incrementalSpec=v0.2`: `pending` announces an increment with an id, `incremental` delivers it by that id, and `completed`
 * ends it.
 */
export function identifyIncrements(
  document: DocumentNode,
  root: SelectionSetNode,
  variables: Readonly<Record<string, unknown>>,
): (result: IncrementalResult) => IncrementalResult {
  const selections = new DeferredSelections(document, variables)
  const open = new OpenIncrements(selections)
  return result => {
    const { incremental = [], hasNext, ...rest } = result
    if (hasNext === undefined) return result
    const announced = open.add(selections.in(rest.data, [root], []))
    const delivered: object[] = []
    const completed: { readonly id: string; readonly errors?: readonly unknown[] }[] = []
    for (const increment of incremental) {
      const { data, items, errors } = increment
      const known = open.find(increment)
      const pending = known ?? open.addUnknown(increment)
      if (!known) announced.push(pending)
      const { id } = pending
      const isFailed = items === null || (items === undefined && data === null)
      if (!isFailed) {
        delivered.push({ id, ...(items === undefined ? { data } : { items }), ...(errors && { errors }) })
        announced.push(...open.add(deferredIn(selections, increment, pending)))
      }
      // A list goes on until a row fails, or the response ends.
      if (isFailed || items === undefined) {
        open.remove(pending)
        completed.push({ id, ...(isFailed && errors && { errors }) })
      }
    }
    if (!hasNext) completed.push(...open.removeAll().map(({ id }) => ({ id })))
    return {
      ...rest,
      ...(('data' in rest || announced.length > 0) && { pending: announced.map(announcement) }),
      ...(delivered.length > 0 && { incremental: delivered }),
      ...(completed.length > 0 && { completed }),
      hasNext,
    }
  }
}

/** The increments that were announced and are not completed, by kind, path and label. */
class OpenIncrements {
  readonly #selections: DeferredSelections
  readonly #open = new Map<string, Set<Pending>>()
  #count = 0

  constructor(selections: DeferredSelections) {
    this.#selections = selections
  }

  add(found: readonly Deferred[]): Pending[] {
    return found.map(deferred => this.#add(deferred))
  }

  /** Came before the increment that would announce it. */
  addUnknown(increment: Increment): Pending {
    return this.#add({ ...placeOf(increment), sets: [] })
  }

  /** Several unlabelled fragments may be deferred at one object: the fields of the data show which one this is. */
  find(increment: Increment): Pending | undefined {
    const place = placeOf(increment)
    const here = [...(this.#open.get(keyOf(place)) ?? [])]
    return here.find(one => place.kind === 'stream' || this.#selections.fits(one, increment.data)) ?? here[0]
  }

  remove(pending: Pending): void {
    const key = keyOf(pending)
    const here = this.#open.get(key)
    here?.delete(pending)
    if (here?.size === 0) this.#open.delete(key)
  }

  removeAll(): readonly Pending[] {
    const all = [...this.#open.values()].flatMap(here => [...here])
    this.#open.clear()
    return all
  }

  #add(deferred: Deferred): Pending {
    const pending = { ...deferred, id: String(this.#count++) }
    this.#open.getOrInsertComputed(keyOf(pending), () => new Set()).add(pending)
    return pending
  }
}

/** The path of rows ends with the index of the first row. */
function placeOf({ path = [], label, items }: Increment): Omit<Deferred, 'sets'> {
  return items === undefined
    ? { kind: 'defer', path, label }
    : { kind: 'stream', path: path.slice(0, -1), label }
}

/** The increments that an increment defers in turn, in its data or its rows. Those of its own object are known with it. */
function deferredIn(
  selections: DeferredSelections,
  { path = [], data, items }: Increment,
  { sets }: Pending,
): readonly Deferred[] {
  if (!items) return selections.below(data, sets, path)
  const first = Number(path.at(-1))
  return items.flatMap((row, index) => selections.in(row, sets, [...path.slice(0, -1), first + index]))
}

function keyOf({ kind, label, path }: Omit<Deferred, 'sets'>): string {
  return JSON.stringify([kind, label, path])
}

function announcement({ id, path, label }: Pending) {
  return { id, path, ...(label !== undefined && { label }) }
}
