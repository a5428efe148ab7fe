import { pipeline } from 'node:stream'
import {
  ProtocolError,
  ProtocolErrorCode,
  type StandardSchemaV1Sync,
  specTypeSchemas,
} from '@modelcontextprotocol/server'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'
import { tryJson } from '../upstream/http/json.ts'
import type { Log } from '../upstream/log.ts'
import { messageLines } from './message-lines.ts'
import { protocolServer } from './protocol-server.ts'

/** The address where the tools are served over HTTP, and the credential for it. */
export interface ToolsAddress {
  readonly url: string
  readonly key: string
  /** The account that requests name; undefined if the key has only one. */
  readonly account: string | undefined
}

export interface StandardIoOptions {
  readonly version: string
  readonly address: ToolsAddress
  /** The most bytes of a message; the address has the same limit. */
  readonly bytes: number
  readonly log: Pick<Log, 'warn'>
}

export interface StandardIo extends AsyncDisposable {
  /** Resolves when the client has closed its input or output. */
  readonly ended: Promise<void>
}

/** Serves the tools of an address to the client at the other end of standard input and output. */
export function serveStandardIo({ version, address, bytes, log }: StandardIoOptions): StandardIo {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const ask = (method: string, params: object, signal: AbortSignal) =>
    askOver({ ...address, signal }, { jsonrpc: '2.0', id: 1, method, params })
  const { stdin, stdout } = process
  const lines = messageLines({
    bytes,
    answer: line => new Promise(taken => stdout.write(line, () => taken())),
  })
  // Longer lines do not come through.
  const transport = new StdioServerTransport(lines, stdout, { maxBufferSize: bytes + 1 })
  // The end of the lines tells the transport how its input ends.
  pipeline(stdin, lines, () => {})
  const handle = serveStdio(
    () =>
      protocolServer({
        version,
        list: async signal => expected(specTypeSchemas.ListToolsResult, await ask('tools/list', {}, signal)),
        call: async ({ name, arguments: given }, signal) =>
          expected(
            specTypeSchemas.CallToolResult,
            await ask('tools/call', { name, arguments: given }, signal),
          ),
      }),
    { transport },
  )
  stdout.once('error', () => log.warn({}, 'standard output is closed: nobody takes answers any more'))
  // Once its output is closed, the transport stops reading its input, and would never see the end of it.
  const { onclose } = transport
  transport.onclose = () => {
    onclose?.()
    resolve()
  }
  return {
    ended,
    async [Symbol.asyncDispose]() {
      await handle.close()
      stdin.destroy()
    },
  }
}

/** The result of a message of its own, or the address's error for it. */
async function askOver(
  { url, key, account, signal }: ToolsAddress & { readonly signal: AbortSignal },
  message: object,
): Promise<unknown> {
  const { answer, response } = await send({ url, key, account, signal }, message)
  if (answer && 'result' in answer) return answer.result
  const { code, message: sentence } = answer && 'error' in answer ? answer.error : refusalIn(answer, response)
  throw new ProtocolError(code, sentence)
}

/** Why the front door refuses this key or account for good; undefined if it lets it in, or may do so later. */
export async function entryRefusal(address: ToolsAddress, signal: AbortSignal): Promise<string | undefined> {
  const { answer, response } = await send({ ...address, signal }, { jsonrpc: '2.0', id: 1, method: 'ping' })
  const isForGood = [400, 401, 403].includes(response.status)
  return isForGood && answer && 'errors' in answer ? answer.errors[0]?.message : undefined
}

async function send(
  { url, key, account, signal }: ToolsAddress & { readonly signal: AbortSignal },
  message: object,
) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      ...(account !== undefined && { 'isotherm-account': account }),
      'content-type': 'application/json',
      accept: 'application/json',
    },
    body: JSON.stringify(message),
    signal,
  })
  const text = await response.text()
  const { data: answer } = Answer.safeParse(tryJson(text))
  return { answer, response }
}

/** The front door's response to a message that it does not let through. */
function refusalIn(answer: z.infer<typeof Refused> | undefined, { status }: Response) {
  const message = answer?.errors[0]?.message ?? `The tools answered with status ${status}.`
  return { code: ProtocolErrorCode.InternalError, message }
}

const Refused = z.object({ errors: z.array(z.object({ message: z.string() })) })

const Answer = z.union([
  z.object({ result: z.unknown() }),
  z.object({ error: z.object({ code: z.number(), message: z.string() }) }),
  Refused,
])

function expected<Value>(schema: StandardSchemaV1Sync<unknown, Value>, value: unknown): Value {
  const read = schema['~standard'].validate(value)
  if (!read.issues) return read.value
  throw new ProtocolError(ProtocolErrorCode.InternalError, 'The tools answered something unexpected.')
}
