import { setFlagsFromString } from 'node:v8'

let running = 0

/**
 * Until it is disposed of, garbage of the whole process is collected once the heap has grown by a fifth, unless it was started
 * with a growth of its own: by default it may double, and an export makes little else than garbage.
 */
export function collectEarly(): Disposable {
  if (running++ === 0) growBy(20)
  return {
    [Symbol.dispose]() {
      if (--running === 0) growBy(byDefault)
    },
  }
}

/** V8 grows the heap as it sees fit. */
const byDefault = 0

/** V8 reads it at each collection. */
function growBy(percent: number): void {
  const isChosen = process.execArgv.some(option => /^--heap[-_]growing[-_]percent\b/.test(option))
  if (!isChosen) setFlagsFromString(`--heap-growing-percent=${percent}`)
}
