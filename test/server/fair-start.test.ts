import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { fairStart } from '../../src/server/http/fair-start.ts'
import { hasWorkedLong } from '../../src/upstream/turns.ts'

const someResponse = () => new ServerResponse(new IncomingMessage(new Socket()))

/** Ends in a turn of the event loop that has worked long. */
async function workLong(): Promise<void> {
  await setImmediate()
  while (!hasWorkedLong());
}

test('requests of two callers that come in a long turn start in later ones, the callers in turns', async () => {
  fairStart('one', someResponse())
  fairStart('other', someResponse())
  await workLong()
  const started: string[] = []
  await Promise.all(
    ['one', 'one', 'one', 'other'].map(async caller => {
      expect(await fairStart(caller, someResponse())).toBe(true)
      started.push(caller)
    }),
  )
  expect(started).toEqual(['one', 'other', 'one', 'one'])
})

test('a request whose client leaves before its turn never starts', async () => {
  fairStart('one', someResponse())
  fairStart('other', someResponse())
  await workLong()
  const response = someResponse()
  const start = fairStart('one', response)
  response.emit('close')
  expect(await start).toBe(false)
  expect(response.listenerCount('close')).toBe(0)
})
