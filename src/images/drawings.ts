import type { Picture } from '../upstream/picture.ts'

/** As many images are drawn already as there are turns, and as many wait as may. */
export class TooManyDrawings extends Error {
  override readonly name = 'TooManyDrawings'
  readonly retryAfterSeconds = 5

  constructor(cause?: unknown) {
    super('Too many pictures are being drawn at once.', { cause })
  }
}

/** The threads that draw are those that sign and check handles as well. */
const [mostAtOnce, mostWaiting] = [2, 100]

export interface DrawingBounds {
  readonly mostWaiting?: number
  /** How long one waits for its turn, in milliseconds. */
  readonly patience?: number
}

/** The images that are being drawn, each once for all who want it, and not begun for whoever left before its turn. */
export class Drawings {
  readonly #mostWaiting: number
  readonly #patience: number
  readonly #drawings = new Map<string, Drawing>()
  readonly #queue = new Set<Drawing>()
  #underWay = 0

  constructor(bounds: DrawingBounds = {}) {
    this.#mostWaiting = bounds.mostWaiting ?? mostWaiting
    this.#patience = bounds.patience ?? 20_000
  }

  /** Rejects with TooManyDrawings where no turn can be had in time, or the signal ends first. */
  draw(name: string, begin: () => Promise<Picture>, signal: AbortSignal): Promise<Picture> {
    if (signal.aborted) return Promise.reject(new TooManyDrawings(signal.reason))
    const drawing = this.#drawings.get(name) ?? this.#enter(name, begin)
    drawing.callers++
    return new Promise<Picture>((resolve, reject) => {
      const leave = () => {
        const error = new TooManyDrawings(signal.reason)
        reject(error)
        if (--drawing.callers === 0) this.#giveUp(drawing, error)
      }
      signal.addEventListener('abort', leave, { once: true })
      drawing.outcome.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
    })
  }

  #enter(name: string, begin: () => Promise<Picture>): Drawing {
    if (this.#underWay >= mostAtOnce && this.#queue.size >= this.#mostWaiting) throw new TooManyDrawings()
    const late = setTimeout(() => this.#giveUp(drawing, new TooManyDrawings()), this.#patience)
    const drawing: Drawing = { name, begin, late, callers: 0, outcome: Promise.withResolvers<Picture>() }
    this.#drawings.set(name, drawing)
    this.#queue.add(drawing)
    this.#drawNext()
    return drawing
  }

  #drawNext(): void {
    const [drawing] = this.#queue
    if (!drawing || this.#underWay >= mostAtOnce) return
    this.#queue.delete(drawing)
    clearTimeout(drawing.late)
    this.#underWay++
    drawing
      .begin()
      .then(drawing.outcome.resolve, drawing.outcome.reject)
      .finally(() => {
        this.#underWay--
        this.#drawings.delete(drawing.name)
        this.#drawNext()
      })
  }

  /** What has begun goes on: it is kept for whoever asks next. */
  #giveUp(drawing: Drawing, error: TooManyDrawings): void {
    if (!this.#queue.delete(drawing)) return
    clearTimeout(drawing.late)
    this.#drawings.delete(drawing.name)
    drawing.outcome.reject(error)
  }
}

interface Drawing {
  readonly name: string
  readonly begin: () => Promise<Picture>
  readonly late: NodeJS.Timeout
  callers: number
  readonly outcome: PromiseWithResolvers<Picture>
}
