import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { messageLines } from '../../src/mcp/message-lines.ts'

const ping = '{"jsonrpc":"2.0","id":"ä","method":"ping"}'

test.each([1, 3, 1000])('lines are whole however they come (%i bytes at a time)', async size => {
  const answers: string[] = []
  const sent = Buffer.from(`${ping}\n{"id":7,"method":"ping"}\r\n\n${'x'.repeat(300)}\n${ping}\r\nno end`)
  const chunks = Array.from({ length: Math.ceil(sent.length / size) }, (_, index) =>
    sent.subarray(index * size, (index + 1) * size),
  )
  const lines = messageLines({ bytes: 200, answer: async line => void answers.push(line) })
  const passed = await Readable.from(chunks).pipe(lines).toArray()
  expect(passed.join('')).toBe(`${ping}\n\n${ping}\r\n`)
  expect(answers.map(line => JSON.parse(line))).toMatchObject([
    { id: 7, error: { code: -32600 } },
    { id: null, error: { code: -32000, message: 'A message has 200 bytes at most.' } },
  ])
})

test('who sends what is no message, and takes no answer, is read no further', async () => {
  const { promise: taken, resolve: take } = Promise.withResolvers<void>()
  const counts = { read: 0, answers: 0 }
  const flood = function* () {
    for (; counts.read < 500; counts.read++) yield Buffer.from(`${'no message '.repeat(100)}\n`.repeat(10))
  }
  const answer = () => {
    counts.answers++
    return taken
  }
  const all = Readable.from(flood())
    .pipe(messageLines({ bytes: 5000, answer }))
    .toArray()
  await expect.poll(() => counts.answers).toBe(1)
  for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate)
  expect(counts.answers).toBe(1)
  expect(counts.read).toBeLessThan(100)
  take()
  expect(await all).toEqual([])
  expect(counts).toEqual({ read: 500, answers: 5000 })
})
