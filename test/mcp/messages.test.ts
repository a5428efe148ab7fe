import { afterAll, beforeAll, expect, test } from 'vitest'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'

let served: CallersServed

beforeAll(async () => {
  served = await serveCallers({ limits: { limited: { requestsPerMinute: 3 } } })
})
afterAll(() => served[Symbol.asyncDispose]())

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
const initialize = {
  ...list,
  method: 'initialize',
  params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
}
const done = { jsonrpc: '2.0', method: 'notifications/initialized' }

test.each([{ accept: '*/*' }, { accept: 'application/json' }, { accept: 'text/event-stream' }, {}])(
  'a client that takes %o is answered as JSON',
  async headers => {
    const { status, type, answer } = await post(JSON.stringify(list), headers)
    expect({ status, type }).toEqual({ status: 200, type: 'application/json' })
    expect(answer).toMatchObject({ jsonrpc: '2.0', id: 1, result: { tools: expect.any(Array) } })
  },
)

test.each([
  ['no JSON', '{', -32700],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), -32700],
  ['a number', '1', -32600],
  ['null', 'null', -32600],
  ['an object of another kind', '{}', -32600],
  ['a message with an id of another kind', '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600],
  ['an empty batch', '[]', -32600],
  ['a batch of eleven', JSON.stringify(Array.from({ length: 11 }, () => list)), -32600],
  ['a batch with initialize', JSON.stringify([initialize]), -32600],
])('a body of %s is answered by an error of the protocol', async (_what, body, code) => {
  const { status, answer } = await post(body)
  expect({ status, answer }).toMatchObject({
    status: 400,
    answer: { jsonrpc: '2.0', id: null, error: { code, message: expect.stringMatching(/./) } },
  })
})

test('a refusal before the protocol is an error of it, and keeps its status', async () => {
  const { status, answer } = await post('1', { 'content-type': 'text/plain' })
  expect({ status, answer }).toMatchObject({
    status: 415,
    answer: { id: null, error: { code: -32000, message: expect.stringContaining('content-type') } },
  })
})

test('a batch is answered in its order, without its notifications, each wrong message by an error', async () => {
  const call = {
    ...list,
    id: 'b',
    method: 'tools/call',
    params: { name: 'list_websites', arguments: { first: 1 } },
  }
  const { status, answer } = await post(JSON.stringify([list, done, call, 1]))
  expect({ status, answer }).toMatchObject({
    status: 200,
    answer: [
      { id: 1, result: { tools: expect.any(Array) } },
      { id: 'b', result: { structuredContent: { data: { websites: { nodes: { length: 1 } } } } } },
      { id: null, error: { code: -32600 } },
    ],
  })
  expect(await post(JSON.stringify([done]))).toMatchObject({ status: 202, answer: undefined })
})

test('each message of a batch counts as a request of its caller', async () => {
  const batch = JSON.stringify([list, list, list, list])
  const { answer } = await post(batch, as([], 'limited'))
  const refused = { id: 1, error: { message: expect.stringContaining('3 requests a minute') } }
  expect(answer).toMatchObject([{ id: 1, result: {} }, { result: {} }, { result: {} }, refused])
})

test('only the version that has batches takes them', async () => {
  const { status, answer } = await post(JSON.stringify([list]), { 'mcp-protocol-version': '2025-06-18' })
  expect({ status, answer }).toMatchObject({ status: 400, answer: { error: { code: -32600 } } })
})

test('changes of the tools are not announced, since nobody can be told of them', async () => {
  const { answer } = await post(JSON.stringify(initialize))
  expect(answer).toMatchObject({
    result: { protocolVersion: '2025-03-26', capabilities: { tools: { listChanged: false } } },
  })
})

async function post(body: string | Buffer<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}) {
  const sent = { 'content-type': 'application/json', ...headers }
  const response = await fetch(`${served.origin}/mcp`, { method: 'POST', headers: sent, body })
  const text = await response.text()
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    answer: text ? JSON.parse(text) : undefined,
  }
}
