import { UnfitImage } from './resizing.ts'

/** All drawing slots and all queue slots are taken. */
export class TooManyDrawings extends Error {
  override readonly name = 'TooManyDrawings'
  readonly retryAfterSeconds = 5

  constructor(cause?: unknown) {
    super('Too many images are being drawn at once.', { cause })
  }
}

/** Drawing uses the same threads as signing and verifying handles. */
const [mostAtOnce, mostWaiting] = [2, 100]

export interface DrawingQueueBounds {
  readonly mostAtOnce?: number
  readonly mostWaiting?: number
  /** Milliseconds that a drawing may wait in the queue. */
  readonly patience?: number
  /** Milliseconds until waiting requests give up. The slot stays taken, as the thread cannot be stopped. */
  readonly deadline?: number
}

/** Runs image work a few at a time, once per key for all who want it. Work that nobody waits for any more is never started. */
export class DrawingQueue<Key, Drawn> {
  readonly #mostAtOnce: number
  readonly #mostWaiting: number
  readonly #patience: number
  readonly #deadline: number
  readonly #drawings = new Map<Key, PendingDrawing<Key, Drawn>>()
  readonly #queue = new Set<PendingDrawing<Key, Drawn>>()
  #running = 0

  constructor(bounds: DrawingQueueBounds = {}) {
    this.#mostAtOnce = bounds.mostAtOnce ?? mostAtOnce
    this.#mostWaiting = bounds.mostWaiting ?? mostWaiting
    this.#patience = bounds.patience ?? 20_000
    this.#deadline = bounds.deadline ?? 15_000
  }

  /**
   * Rejects with TooManyDrawings if no slot comes free in time or the signal aborts first, and with UnfitImage after
   * the deadline.
   */
  draw(name: Key, begin: () => Promise<Drawn>, signal: AbortSignal): Promise<Drawn> {
    if (signal.aborted) return Promise.reject(new TooManyDrawings(signal.reason))
    const drawing = this.#drawings.get(name) ?? this.#enter(name, begin)
    drawing.scopes++
    return new Promise<Drawn>((resolve, reject) => {
      const leave = () => {
        const error = new TooManyDrawings(signal.reason)
        reject(error)
        if (--drawing.scopes === 0) this.#giveUp(drawing, error)
      }
      signal.addEventListener('abort', leave, { once: true })
      drawing.outcome.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
    })
  }

  #enter(name: Key, begin: () => Promise<Drawn>): PendingDrawing<Key, Drawn> {
    if (this.#running >= this.#mostAtOnce && this.#queue.size >= this.#mostWaiting)
      throw new TooManyDrawings()
    const late = setTimeout(() => this.#giveUp(drawing, new TooManyDrawings()), this.#patience)
    const outcome = Promise.withResolvers<Drawn>()
    const drawing: PendingDrawing<Key, Drawn> = { name, begin, late, scopes: 0, outcome }
    this.#drawings.set(name, drawing)
    this.#queue.add(drawing)
    this.#drawNext()
    return drawing
  }

  #drawNext(): void {
    const [drawing] = this.#queue
    if (!drawing || this.#running >= this.#mostAtOnce) return
    this.#queue.delete(drawing)
    clearTimeout(drawing.late)
    this.#running++
    const slow = setTimeout(() => drawing.outcome.reject(tooSlow()), this.#deadline)
    drawing
      .begin()
      .then(drawing.outcome.resolve, drawing.outcome.reject)
      .finally(() => {
        clearTimeout(slow)
        this.#running--
        this.#drawings.delete(drawing.name)
        this.#drawNext()
      })
  }

  /** Only removes queued work. Running work finishes, and its result is cached for the next request. */
  #giveUp(drawing: PendingDrawing<Key, Drawn>, error: TooManyDrawings): void {
    if (!this.#queue.delete(drawing)) return
    clearTimeout(drawing.late)
    this.#drawings.delete(drawing.name)
    drawing.outcome.reject(error)
  }
}

function tooSlow(): UnfitImage {
  return new UnfitImage('The image takes too long to read.')
}

interface PendingDrawing<Key, Drawn> {
  readonly name: Key
  readonly begin: () => Promise<Drawn>
  readonly late: NodeJS.Timeout
  scopes: number
  readonly outcome: PromiseWithResolvers<Drawn>
}
