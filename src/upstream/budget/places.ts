import { endedError } from '../deadline.ts'
import { type ProviderName, UpstreamError } from '../error.ts'
import type { Flight } from '../flight.ts'

/** How many calls may be under way at once. Who asks for many takes turns with the others, first come first served among equals. */
export interface Places extends Disposable {
  /**
   * A place, given back when disposed of; rejects with UpstreamError when the flight ends first. Who had one and gave it
   * back unused comes before all others.
   */
  take(flight: Flight, isReturning?: boolean): Promise<Disposable>
}

/** Closing them turns away whoever waits. */
export function openPlaces(provider: ProviderName, count: number): Places {
  let free = count
  let isClosed = false
  /** By asker, in the order of their turns; none is empty. */
  const queues = new Map<object, Set<Waiting>>()
  const returning = new Set<Waiting>()

  const place = (): Disposable => {
    let isHeld = true
    return {
      [Symbol.dispose]() {
        if (!isHeld) return
        isHeld = false
        free++
        serveNext()
      },
    }
  }
  const next = (): Waiting | undefined => {
    const [first] = returning
    if (first) {
      returning.delete(first)
      return first
    }
    const [turn] = queues
    if (!turn) return undefined
    const [asker, queue] = turn
    const [waiting] = queue
    queues.delete(asker)
    if (waiting) queue.delete(waiting)
    if (queue.size > 0) queues.set(asker, queue)
    return waiting
  }
  const serveNext = () => {
    const waiting = free > 0 ? next() : undefined
    if (!waiting) return
    free--
    waiting.serve(place())
  }
  const wait = ({ signal, asker = signal }: Flight, isReturning: boolean): Promise<Disposable> => {
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>()
    const queue = isReturning ? returning : queues.getOrInsertComputed(asker, () => new Set())
    const end = () => {
      queue.delete(waiting)
      if (queue.size === 0 && !isReturning) queues.delete(asker)
      reject(endedError(provider, signal))
    }
    const forget = () => signal.removeEventListener('abort', end)
    const waiting: Waiting = {
      serve(served) {
        forget()
        resolve(served)
      },
      turnAway(error) {
        forget()
        reject(error)
      },
    }
    queue.add(waiting)
    signal.addEventListener('abort', end, { once: true })
    return promise
  }
  return {
    async take(flight, isReturning = false) {
      if (flight.signal.aborted) throw endedError(provider, flight.signal)
      if (isClosed) throw closedError(provider)
      if (free === 0) return wait(flight, isReturning)
      free--
      return place()
    },
    [Symbol.dispose]() {
      isClosed = true
      const waiting = [...returning, ...[...queues.values()].flatMap(queue => [...queue])]
      queues.clear()
      returning.clear()
      for (const { turnAway } of waiting) turnAway(closedError(provider))
    },
  }
}

/** What those are told who wait when the account is closed. */
export function closedError(provider: ProviderName): UpstreamError {
  return new UpstreamError(provider, 'UPSTREAM_UNAVAILABLE', `The connection to ${provider} was closed.`)
}

/** Exactly one of these is called, unless its flight ends first. */
interface Waiting {
  readonly serve: (place: Disposable) => void
  readonly turnAway: (error: UpstreamError) => void
}
