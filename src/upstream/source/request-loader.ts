import DataLoader from 'dataloader'
import type { RequestScope } from './request-scope.ts'

/** So many results are delivered in one turn. */
const atOnce = 16

/**
 * A DataLoader of one request. A batch collects keys until the request's work no longer pauses. Results for thousands of rows are
 * delivered over several turns of the event loop.
 */
export class RequestLoader<Key, Value, Name = Key> extends DataLoader<Key, Value, Name> {
  readonly #scope: RequestScope
  readonly #batch: { handedOut: number }

  constructor(
    scope: RequestScope,
    load: DataLoader.BatchLoadFn<Key, Value>,
    options: DataLoader.Options<Key, Value, Name>,
  ) {
    const batch = { handedOut: 0 }
    const batchScheduleFn = (dispatch: () => void) =>
      scope.gather(() => {
        batch.handedOut = 0
        dispatch()
      })
    super(load, { ...options, batchScheduleFn })
    this.#scope = scope
    this.#batch = batch
  }

  override load(key: Key): Promise<Value> {
    return super.load(key).then(
      value => (this.#isPastTurn() ? this.#scope.pause(value) : value),
      async (error: unknown) => {
        if (this.#isPastTurn()) await this.#scope.pause(undefined)
        throw error
      },
    )
  }

  /** Counts a result, and returns whether the turn has too many. */
  #isPastTurn(): boolean {
    return ++this.#batch.handedOut > atOnce
  }
}
