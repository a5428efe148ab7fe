import { endedError } from '../deadline.ts'
import { type ProviderName, UpstreamError } from '../error.ts'

/** How many calls may be under way at once. Who asks for many takes turns with the others, first come first served among equals. */
export interface Places extends Disposable {
  /** A place, given back when disposed of; rejects with UpstreamError when the asker's signal ends first. */
  take(asker: AbortSignal): Promise<Disposable>
}

/** Closing them turns away whoever waits. */
export function openPlaces(provider: ProviderName, count: number): Places {
  let free = count
  let isClosed = false
  /** By asker, in the order of their turns. */
  const queues = new Map<AbortSignal, Queue>()

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
  const serveNext = () => {
    const [turn] = queues
    if (!turn || free === 0) return
    const [asker, queue] = turn
    const [waiting] = queue.waiting
    queues.delete(asker)
    if (waiting) queue.waiting.delete(waiting)
    if (queue.waiting.size > 0) queues.set(asker, queue)
    else queue.forget()
    free--
    waiting?.resolve(place())
  }
  const openQueue = (asker: AbortSignal): Queue => {
    // One listener however many wait: a signal keeps its listeners in a list.
    const end = () => turnAway(asker, endedError(provider, asker))
    asker.addEventListener('abort', end, { once: true })
    const queue = { waiting: new Set<Waiting>(), forget: () => asker.removeEventListener('abort', end) }
    queues.set(asker, queue)
    return queue
  }
  const turnAway = (asker: AbortSignal, error: UpstreamError) => {
    const queue = queues.get(asker)
    queues.delete(asker)
    queue?.forget()
    for (const { reject } of queue?.waiting ?? []) reject(error)
  }
  return {
    async take(asker) {
      if (asker.aborted) throw endedError(provider, asker)
      if (isClosed) throw closedError(provider)
      if (free > 0) {
        free--
        return place()
      }
      const { promise, resolve, reject } = Promise.withResolvers<Disposable>()
      const queue = queues.get(asker) ?? openQueue(asker)
      queue.waiting.add({ resolve, reject })
      return promise
    },
    [Symbol.dispose]() {
      isClosed = true
      for (const asker of queues.keys()) turnAway(asker, closedError(provider))
    },
  }
}

/** What those are told who wait when the account is closed. */
export function closedError(provider: ProviderName): UpstreamError {
  return new UpstreamError(provider, 'UPSTREAM_UNAVAILABLE', `The connection to ${provider} was closed.`)
}

interface Queue {
  readonly waiting: Set<Waiting>
  /** Stops listening to the asker's signal. */
  readonly forget: () => void
}

interface Waiting {
  readonly resolve: (place: Disposable) => void
  readonly reject: (error: UpstreamError) => void
}
