/** How long one turn of the event loop runs work that can pause, in milliseconds. */
const longTurn = 10

/** Work in pieces. */
export interface Paused {
  readonly isWaiting: boolean
  /** Runs the next piece. */
  goOn(): void
  /** Called when all pieces are done for now. */
  rest(): void
}

/** Paused work, served round-robin, one piece each. */
const paused = new Set<Paused>()
let isScheduled = false
/** When `hasWorkedLong` was first called in this turn. */
let start: number | undefined

/** Whether this turn has run so long that others should be served first. */
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

/** Continues the work in later turns, as long as it waits. */
export function goOnLater(one: Paused): void {
  paused.add(one)
  if (isScheduled) return
  isScheduled = true
  setImmediate(workOneTurn)
}

/** Runs the function in this turn, after all pending promise reactions. */
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
