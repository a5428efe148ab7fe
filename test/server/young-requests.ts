import { once } from 'node:events'
import { connect } from 'node:net'
import { getHeapSpaceStatistics } from 'node:v8'
import { startIsotherm } from '../../src/isotherm.ts'

// A process of its own, since a shared one also promotes what other tests left. Run with --expose-gc, a query and a key; prints
// how many bytes in old space each request leaves behind.
const [query, key] = process.argv.slice(2)
const requests = 1000

await using isotherm = await startIsotherm(process.env)
const { hostname, port } = new URL(isotherm.origin)
const socket = connect(Number(port), hostname)
for (let round = 0; round < 300; round++) await ask(round)
globalThis.gc?.()
const before = oldBytes()
for (let round = 1; round <= requests; round++) {
  await ask(round)
  if (round % 100 === 0) globalThis.gc?.({ type: 'minor' })
}
console.log((oldBytes() - before) / requests)
socket.destroy()

function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? 0
}

/** No two requests are equal, so that none gets the response of another. */
async function ask(round: number): Promise<void> {
  const body = JSON.stringify({ query, extensions: { round } })
  const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json`
  socket.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
  const [response] = await once(socket, 'data')
  if (!String(response).startsWith('HTTP/1.1 200')) throw new Error(String(response))
}
