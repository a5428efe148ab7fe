import { outline } from './server/plugins/masked-errors.ts'

/**
 * Logs each rejection that nobody handles, one line with the count and without its message, until disposed; by default one
 * ends the process, and with it the responses of everybody. An exception that nobody catches still ends the process: what it
 * left half done is not known.
 */
export function logStrayRejections(log: (line: string) => void): Disposable {
  let count = 0
  const logReason = (reason: unknown) => {
    count++
    log(`unhandled rejection ${count}: ${outline(reason)}`)
  }
  process.on('unhandledRejection', logReason)
  return { [Symbol.dispose]: () => void process.off('unhandledRejection', logReason) }
}
