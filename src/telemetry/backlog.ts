/**
 * The telemetry of requests that have ended: done every hundredth of a second, all in one go. One by one, between the work for
 * responses, it takes several times as long, because it is no longer in the processor's caches.
 */
export class Backlog implements Disposable {
  #tasks: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  /** `task` must not throw. */
  add(task: () => void): void {
    this.#tasks.push(task)
    this.#timer ??= setTimeout(() => this.run(), pauseMilliseconds)
  }

  /** Does all tasks now, in their order. */
  run(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const tasks = this.#tasks
    this.#tasks = []
    for (const task of tasks) task()
  }

  [Symbol.dispose](): void {
    this.run()
  }
}

const pauseMilliseconds = 10
