import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { z } from 'zod'

/** By sessions of 2025, or without any. */
export const eras = ['legacy', 'auto'] as const

/** The protocol's own client, connected until disposed of. */
export async function connected(
  server: string | Transport,
  {
    headers = {},
    mode = 'auto',
  }: { readonly headers?: Record<string, string>; readonly mode?: (typeof eras)[number] } = {},
) {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  await client.connect(
    typeof server === 'string'
      ? new StreamableHTTPClientTransport(new URL(`${server}/mcp`), { requestInit: { headers } })
      : server,
  )
  return {
    tools: async () => (await client.listTools()).tools,
    async call(name: string, given: Readonly<Record<string, unknown>> = {}) {
      const result = await client.callTool({ name, arguments: { ...given } })
      const { content } = z.object({ content: z.tuple([Text]) }).parse(result)
      const [{ text }] = content
      return {
        text,
        isError: result.isError === true,
        bytes: Buffer.byteLength(JSON.stringify(result)),
        result,
      }
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

const Text = z.object({ type: z.literal('text'), text: z.string() })

const Answer = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.looseObject({ code: z.string() }) }))
    .default([]),
})

/** The answer of a tool, as the model reads it. */
export function answerIn(text: string) {
  return Answer.parse(JSON.parse(text))
}
