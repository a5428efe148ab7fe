import { constants } from 'node:os'

const names = ['SIGTERM', 'SIGINT'] as const

export interface StopSignals extends Disposable {
  /** Resolves with the first signal to stop. */
  readonly first: Promise<void>
}

/** Listens for signals to stop, until disposed. The second one ends the process at once. */
export function listenForSignals(): StopSignals {
  const { promise, resolve } = Promise.withResolvers<void>()
  let isStopping = false
  const hear = (name: NodeJS.Signals) => {
    if (isStopping) end(name)
    isStopping = true
    resolve()
  }
  for (const name of names) process.on(name, hear)
  const stop = () => {
    for (const name of names) process.off(name, hear)
  }
  const end = (name: NodeJS.Signals) => {
    stop()
    // Whoever started it is told that the signal ended it. The first process of a container survives its own signals.
    process.kill(process.pid, name)
    setImmediate(() => process.exit(128 + constants.signals[name]))
  }
  return { first: promise, [Symbol.dispose]: stop }
}
