/** How long one turn of the event loop works on what can pause, in milliseconds. */
const longTurn = 10

/** Work that goes on piece by piece. */
export interface Paused {
  readonly isWaiting: boolean
  /** Does the next piece. */
  goOn(): void
  /** All pieces are done for now. */
  rest(): void
}

/** Those that pause take turns, one piece each. */
const paused = new Set<Paused>()
let isScheduled = false
/** When the turn was first asked how long it has worked. */
let start: number | undefined

/** Whether this turn has worked so long that others should be served first. */
export function hasWorkedLong(): boolean {
  const now = performance.now()
  if (start === undefined) {
    start = now
    setImmediate(() => {
      start = undefined
    })
  }
  return now - start > longTurn
}

/** Has it go on in later turns, as long as it waits. */
export function goOnLater(one: Paused): void {
  paused.add(one)
  if (isScheduled) return
  isScheduled = true
  setImmediate(workOneTurn)
}

/** Runs it in this turn, when no promise is left that is to be handled. */
export function afterPromises(run: () => void): void {
  queueMicrotask(() => process.nextTick(run))
}

function workOneTurn(): void {
  start = undefined
  hasWorkedLong()
  workOn()
}

function workOn(): void {
  for (const one of paused) {
    paused.delete(one)
    if (!one.isWaiting) {
      one.rest()
      continue
    }
    if (hasWorkedLong()) {
      paused.add(one)
      break
    }
    paused.add(one)
    one.goOn()
    afterPromises(workOn)
    return
  }
  isScheduled = paused.size > 0
  if (isScheduled) setImmediate(workOneTurn)
}
