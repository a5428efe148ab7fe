import { Refusal } from './refusal.ts'

/** At once; each holds one batch of rows in memory. */
const [mostOfCaller, mostOfAll] = [2, 6]

/** The exports that run in this process. */
export class RunningExports {
  readonly #callers = new Map<string, number>()
  #all = 0

  /** Until it is disposed. Throws a Refusal where too many run. */
  begin(caller: string): Disposable {
    const own = this.#callers.get(caller) ?? 0
    if (own >= mostOfCaller)
      throw tooMany(`This caller runs ${mostOfCaller} exports already, the most at once`)
    if (this.#all >= mostOfAll) throw tooMany('Too many exports run at once')
    this.#callers.set(caller, own + 1)
    this.#all++
    return {
      [Symbol.dispose]: () => {
        this.#all--
        const left = (this.#callers.get(caller) ?? 1) - 1
        if (left > 0) this.#callers.set(caller, left)
        else this.#callers.delete(caller)
      },
    }
  }
}

function tooMany(message: string): Refusal {
  return new Refusal(429, `${message}: ask again later.`, { 'retry-after': '10' }, 'RATE_LIMITED')
}
