import type { ServerResponse } from 'node:http'
import { goOnLater, hasWorkedLong, isAlone } from '../../upstream/source/turns.ts'

/**
 * Holds back a request while a turn of the event loop has long worked for several callers, so that one with many at once delays
 * the others by few of them. Undefined if it may start; else resolves with whether its client is still there.
 */
export function fairStart(caller: string, response: ServerResponse): Promise<boolean> | undefined {
  if (isAlone(caller) || !hasWorkedLong()) return undefined
  const { promise, resolve } = Promise.withResolvers<boolean>()
  let isWaiting = true
  const end = (isThere: boolean) => {
    isWaiting = false
    response.off('close', leave)
    resolve(isThere)
  }
  const leave = () => end(false)
  response.once('close', leave)
  goOnLater({
    caller,
    requester: response,
    get isWaiting() {
      return isWaiting
    },
    goOn: () => end(true),
    rest: () => undefined,
  })
  return promise
}
