import DataLoader from 'dataloader'
import type { RequestScope } from './request-scope.ts'

/** As many as wait for a batch go on at once. */
const atOnce = 16

/**
 * A loader of one request. A batch holds what the request asks until it pauses no more; what thousands of rows wait for is handed
 * out in turns of the event loop.
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

  /** Counts what is handed out, and tells whether that is too much for one turn. */
  #isPastTurn(): boolean {
    return ++this.#batch.handedOut > atOnce
  }
}
