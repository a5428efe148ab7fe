/** Waits for leases of other instances to end. */
export interface LeaseWatch {
  /** The message about a name when its lease ended. */
  messageOf(name: string): unknown
  /**
   * Resolves when the leases of these names have ended since the watch was opened, after that time, when the signal aborts, or
   * when all watches are woken.
   */
  ended(names: readonly string[], milliseconds: number, signal: AbortSignal): Promise<void>
  /** Ends the watch. */
  leave(): void
}

/** All watches of one instance. */
export class LeaseWatches {
  readonly #watching = new Map<string, Set<(name: string, message: unknown) => void>>()
  readonly #waits = new Set<() => void>()

  /** Whether anybody waits. */
  get areAwaited(): boolean {
    return this.#waits.size > 0
  }

  /** Ends all waits. */
  wake(): void {
    for (const finish of this.#waits) finish()
  }

  /** Records that the lease of a name ended. */
  note(name: string, message: unknown): void {
    for (const hear of this.#watching.get(name) ?? []) hear(name, message)
  }

  open(names: readonly string[]): LeaseWatch {
    const ended = new Map<string, unknown>()
    let check = () => {}
    const hear = (name: string, message: unknown) => {
      ended.set(name, message)
      check()
    }
    for (const name of names) this.#watching.getOrInsertComputed(name, () => new Set()).add(hear)
    const leave = () => {
      for (const name of names) {
        const hearing = this.#watching.get(name)
        hearing?.delete(hear)
        if (hearing?.size === 0) this.#watching.delete(name)
      }
    }
    return {
      messageOf: name => ended.get(name),
      leave,
      ended: async (awaited, milliseconds, signal) => {
        const { promise, resolve } = Promise.withResolvers<void>()
        const finish = () => resolve()
        check = () => {
          if (awaited.every(name => ended.has(name))) resolve()
        }
        const late = setTimeout(finish, milliseconds).unref()
        this.#waits.add(finish)
        signal.addEventListener('abort', finish, { once: true })
        if (signal.aborted) resolve()
        check()
        await promise
        this.#waits.delete(finish)
        clearTimeout(late)
        signal.removeEventListener('abort', finish)
        leave()
      },
    }
  }
}
