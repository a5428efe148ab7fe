import { setTimeout as sleep } from 'node:timers/promises'
import type { GraphResult } from './ask-graph.ts'
import { type GraphError, refusalOf, waitOf } from './graph-errors.ts'
import { refused } from './refused-export.ts'

/** What one question asks. */
export interface Batch<Self> {
  /** Two smaller ones, in order; undefined if it cannot be split. */
  halves(): readonly [Self, Self] | undefined
}

export interface Asked<One> {
  readonly batch: One
  readonly result: GraphResult
  /** Why nothing was asked, for a batch that cannot be split. */
  readonly refusal: GraphError | undefined
}

/** The longest wait for the caller's own limit, and the most waits in a row. */
const longestWait = 120
const mostWaits = 10

/**
 * Asks batches one after another. Splits a batch that is refused as too large, and waits if the caller's own limit is used up.
 * Rejects with RefusedExport if the first question is refused and `isFirst` of its export, and when `gone` aborts.
 */
export async function* askBatches<One extends Batch<One>>(
  batches: Iterable<One>,
  ask: (batch: One) => Promise<GraphResult>,
  { gone, isFirst }: { readonly gone: AbortSignal; readonly isFirst: boolean },
): AsyncGenerator<Asked<One>> {
  let mayRefuse = isFirst
  for (const whole of batches) {
    const left = [whole]
    let waits = 0
    for (let batch = left.pop(); batch; batch = left.pop()) {
      const result = await ask(batch)
      gone.throwIfAborted()
      const refusal = refusalOf(result)
      const wait = refusal && isFull(refusal) ? waitOf(refusal) : undefined
      const halves = refusal && wait === undefined ? batch.halves() : undefined
      if (halves) left.push(halves[1], halves[0])
      else if (refusal && mayRefuse) throw refused(refusal)
      else if (wait !== undefined && wait <= longestWait && ++waits <= mostWaits) {
        await sleep(wait * 1000, undefined, { signal: gone })
        left.push(batch)
      } else {
        mayRefuse = false
        waits = 0
        yield { batch, result, refusal }
      }
    }
  }
}

/** Whether the caller's own limit refuses it. */
function isFull({ extensions: { code } }: GraphError): boolean {
  return code === 'RATE_LIMITED'
}
