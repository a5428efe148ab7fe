import { outline } from './server/graphql/plugins/masked-errors.ts'
import type { Log } from './upstream/log.ts'

/**
 * Logs every unhandled rejection as one line, with a count and without its message, until disposed of. By default, a rejection
 * would end the process and everybody's responses with it. An uncaught exception still does, since it may leave work half done.
 */
export function logStrayRejections(log: Log): Disposable {
  let count = 0
  const logReason = (reason: unknown) => {
    count++
    log.error({ count }, `unhandled rejection ${count}: ${outline(reason)}`)
  }
  process.on('unhandledRejection', logReason)
  return { [Symbol.dispose]: () => void process.off('unhandledRejection', logReason) }
}
