import { FairQueue, type Turn } from './fair-queue.ts'

/** How long one turn of the event loop runs work that can pause, in milliseconds. */
const longTurn = 3

/** The same while several callers send requests. Shorter turns cost more: 32 connections with `websites` take 7 % more CPU. */
const longSharedTurn = 1

/** For how long after another's request a caller is not alone, in milliseconds. */
const company = 1000

/** Work in pieces, and whose it is. */
export interface Paused extends Turn {
  readonly isWaiting: boolean
  /** Runs the next piece. */
  goOn(): void
  /** Called when all pieces are done for now. */
  rest(): void
}

/** Paused work, served round-robin by caller, then by request, one piece each. */
const paused = new FairQueue<Paused>()
let isScheduled = false
/** When `hasWorkedLong` was first called in this turn. */
let start: number | undefined
let latestCaller: string | undefined
let sharedUntil = 0

/** Notes a request of the caller, and returns whether all requests of the last second were of the same caller. */
export function isAlone(caller: string): boolean {
  const now = performance.now()
  if (caller !== latestCaller && latestCaller !== undefined) sharedUntil = now + company
  latestCaller = caller
  return now > sharedUntil
}

/** Whether this turn has run so long that others should be served first. */
export function hasWorkedLong(): boolean {
  const now = performance.now()
  if (start === undefined) {
    start = now
    setImmediate(() => {
      start = undefined
    })
  }
  return now - start > (now > sharedUntil ? longTurn : longSharedTurn)
}

/** Continues the work in later turns, as long as it waits. */
export function goOnLater(one: Paused): void {
  paused.add(one, one)
  if (isScheduled) return
  isScheduled = true
  setImmediate(workOneTurn)
}

/** Runs the function when it is its turn, once; never if it is disposed of before. */
export function runLater({ caller, requester }: Turn, run: () => void): Disposable {
  let isWaiting = true
  goOnLater({
    caller,
    requester,
    get isWaiting() {
      return isWaiting
    },
    goOn() {
      isWaiting = false
      run()
    },
    rest: () => undefined,
  })
  return {
    [Symbol.dispose]() {
      isWaiting = false
    },
  }
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
  while (!hasWorkedLong()) {
    const one = paused.next()
    if (!one) {
      isScheduled = false
      return
    }
    if (one.isWaiting) {
      try {
        one.goOn()
      } finally {
        afterPromises(workOn)
      }
      return
    }
    paused.delete(one, one)
    one.rest()
  }
  setImmediate(workOneTurn)
}
