import { setFlagsFromString } from 'node:v8'

let running = 0

/**
 * Until it is disposed of, garbage of the whole process is collected once the heap has grown by a fifth. By default the heap may
 * double, and an export makes little else than garbage. Does nothing if the process was started with a growth of its own.
 */
export function collectEarly(): Disposable {
  if (running++ === 0) growBy(20)
  return {
    [Symbol.dispose]() {
      if (--running === 0) growBy(byDefault)
    },
  }
}

/** The default: V8 decides how far the heap grows. */
const byDefault = 0

/** V8 reads it at each collection. */
function growBy(percent: number): void {
  const isChosen = process.execArgv.some(option => /^--heap[-_]growing[-_]percent\b/.test(option))
  if (!isChosen) setFlagsFromString(`--heap-growing-percent=${percent}`)
}
