import { setFlagsFromString } from 'node:v8'

let running = 0

/**
 * Until it is disposed of, garbage of the whole process is collected once the heap has grown by a fifth: by default it may
 * double, and an export makes little else than garbage.
 */
export function collectEarly(): Disposable {
  // V8 reads it at each collection.
  if (running++ === 0) setFlagsFromString('--heap-growing-percent=20')
  return {
    [Symbol.dispose]() {
      if (--running === 0) setFlagsFromString('--heap-growing-percent=0')
    },
  }
}
