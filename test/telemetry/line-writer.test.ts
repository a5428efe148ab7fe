import { on, once } from 'node:events'
import { PassThrough, Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openLineWriter } from '../../src/telemetry/line-writer.ts'

test('lines that come at once are one write, and none waits for the next', async () => {
  const writes = new PassThrough({ objectMode: true })
  const output = new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      writes.write(text)
      done()
    },
  })
  const written = on(writes, 'data')
  const writer = openLineWriter(output)
  writer.write('one\n')
  writer.write('two\n')
  expect((await written.next()).value).toEqual(['one\ntwo\n'])
  writer.write('three\n')
  expect((await written.next()).value).toEqual(['three\n'])
  writer.write('four\n')
  expect(await writer.flush(10_000)).toBe(true)
  expect((await written.next()).value).toEqual(['four\n'])
})

test('a reader that takes nothing costs no more than the bound, and lines are taken again once it reads', async () => {
  const output = new PassThrough({ highWaterMark: 1 })
  const writer = openLineWriter(output, 1000)
  const line = `${'x'.repeat(99)}\n`
  const isWritten = Array.from({ length: 5000 }, () => writer.write(line))
  expect(isWritten.filter(Boolean)).toHaveLength(10)
  await nextTurn()
  expect(writer.write(line)).toBe(false)
  expect(output.writableLength).toBeLessThanOrEqual(1000)
  expect(await writer.flush(1)).toBe(false)
  output.resume()
  await once(output, 'drain')
  expect(writer.write(line)).toBe(true)
})

test('a reader that is gone is no error, and nothing is kept for it', async () => {
  const output = new PassThrough()
  const writer = openLineWriter(output)
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  output.once('close', resolve)
  output.destroy(new Error('EPIPE'))
  await closed
  expect(writer.write('a line\n')).toBe(false)
  expect(await writer.flush(10_000)).toBe(false)
})
