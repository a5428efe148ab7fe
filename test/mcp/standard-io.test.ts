import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startNode } from '../support/child.ts'

const main = join(import.meta.dirname, '../../src/main.ts')
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
})

test('what is no message is answered by an error of the protocol, and the next message as ever', async () => {
  const { child, send } = await started()
  await child.says(/"id":1\}\n/)
  send('{"jsonrpc":"2.0","id":3,"method":')
  send(Buffer.from([0x22, 0xff, 0x22]))
  send('[{"jsonrpc":"2.0","id":4,"method":"ping"}]')
  send('{"id":5,"method":"ping"}')
  send('{"jsonrpc":"2.0","id":6}')
  send('{"jsonrpc":"2.0","id":12345678901234567890,"method":"ping"}')
  send(`{"jsonrpc":"2.0","id":7,"method":"ping","params":{"_meta":"${'x'.repeat(11_000_000)}"}}`)
  send('')
  send('{"jsonrpc":"2.0","id":8,"method":"ping"}')
  await child.says(/"id":8\}\n/)
  const answers = child.stdout.trim().split('\n').slice(1)
  expect(answers.map(line => JSON.parse(line))).toMatchObject([
    { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'The message is not JSON.' } },
    { id: null, error: { code: -32700 } },
    { id: null, error: { code: -32600, message: expect.stringContaining('no batches') } },
    { id: 5, error: { code: -32600 } },
    { id: null, error: { code: -32600 } },
    { error: { code: -32600 } },
    { id: null, error: { code: -32000, message: 'A message has 1048576 bytes at most.' } },
    { id: 8, result: {} },
  ])
  child.process.stdin?.end()
  expect(await child.ended()).toBe(0)
})

test('it ends, and says why, when nobody takes its answers, though its input goes on', async () => {
  const { child, send } = await started()
  await child.says(/"id":1\}\n/)
  child.process.stdout?.destroy()
  send('{"jsonrpc":"2.0","id":2,"method":"ping"}')
  expect(await child.ended()).toBe(0)
  expect(child.stderr).toMatch(/"level":"warn".*standard output is closed/)
})

async function started() {
  const child = await startNode([main, 'mcp'], {}, undefined, { hasInput: true })
  onTestFinished(() => child[Symbol.asyncDispose]())
  const send = (line: string | Buffer) => {
    child.process.stdin?.write(line)
    child.process.stdin?.write('\n')
  }
  send(initialize)
  return { child, send }
}
