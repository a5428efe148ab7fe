import type { ServerResponse } from 'node:http'
import { hasWorkedLong, isAlone, runLater } from '../../upstream/turns.ts'

/**
 * Delays a request in a turn of the event loop that has already worked long for several callers, so that many requests of one
 * caller delay the others by few of them. Undefined if the request may start; otherwise resolves with whether its client is still
 * there.
 */
export function fairStart(caller: string, response: ServerResponse): Promise<boolean> | undefined {
  if (isAlone(caller) || !hasWorkedLong()) return undefined
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const start = runLater({ caller, requester: response }, () => {
    response.off('close', leave)
    resolve(true)
  })
  const leave = () => {
    start[Symbol.dispose]()
    resolve(false)
  }
  response.once('close', leave)
  return promise
}
