/**
 * What telemetry still has to do of requests that have ended: it is done every hundredth of a second, all in one go. One by one,
 * between the work for responses, it takes several times as long, as the processor holds little of it by then.
 */
export class Backlog implements Disposable {
  #tasks: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  /** `task` must not throw. */
  add(task: () => void): void {
    this.#tasks.push(task)
    this.#timer ??= setTimeout(() => this.run(), pauseMilliseconds)
  }

  /** Does now what there is to do, in its order. */
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
