import { constants } from 'node:os'
import type { Environment } from './config/environment.ts'

/** npm sets its script's name in this variable. */
const setByNpm = 'npm_lifecycle_event'
const names: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']

/** Calls the listener at each signal, until disposed of. */
export function onSignal(name: NodeJS.Signals, listener: () => void): Disposable {
  process.on(name, listener)
  return { [Symbol.dispose]: () => void process.off(name, listener) }
}

export interface StopSignals extends Disposable {
  /** Resolves with the first signal to stop. */
  readonly first: Promise<void>
}

/** In milliseconds: within this time npm passes on a signal that a terminal sends to npm and its child processes. */
const echo = 500

/**
 * Listens for signals to stop, until disposed of. The second one ends the process at once, unless npm has only passed on the
 * first one. A closed terminal ends a command; a server reads its files again instead.
 */
export function listenForSignals(environment: Environment, kind: 'command' | 'server'): StopSignals {
  const { promise, resolve } = Promise.withResolvers<void>()
  let first: { readonly name: NodeJS.Signals; readonly at: number } | undefined
  const hear = (name: NodeJS.Signals) => {
    const now = performance.now()
    first ??= { name, at: now }
    resolve()
    const isSoon = environment[setByNpm] !== undefined && now - first.at < echo
    // A shell and the terminal each send a SIGHUP.
    const isEcho = name === first.name && (isSoon || name === 'SIGHUP')
    if (first.at !== now && !isEcho) end(name)
  }
  const heard = kind === 'command' ? [...names, 'SIGHUP' as const] : names
  for (const name of heard) process.on(name, hear)
  const stop = () => {
    for (const name of heard) process.off(name, hear)
  }
  const end = (name: NodeJS.Signals) => {
    stop()
    // The parent process learns that the signal ended it. The first process of a container ignores its own signals.
    process.kill(process.pid, name)
    setImmediate(() => process.exit(128 + constants.signals[name]))
  }
  return { first: promise, [Symbol.dispose]: stop }
}
