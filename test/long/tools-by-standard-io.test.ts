import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { mintKey } from '../../src/access/keys.ts'
import { answerIn, connected, eras } from '../mcp/connected.ts'
import { toolCalls } from '../mcp/tool-calls.ts'
import { emptyFolder, startNode } from '../support/child.ts'
import { blocks } from '../support/docs.ts'

const main = join(import.meta.dirname, '../../src/main.ts')
const resources = new AsyncDisposableStack()
let folder: string

beforeAll(async () => {
  folder = await emptyFolder(resources)
})
afterAll(() => resources.disposeAsync())

/** The command as a program starts it that lets a model ask. */
function command(env: Record<string, string> = {}, words = ['mcp']) {
  return new StdioClientTransport({
    command: process.execPath,
    args: [main, ...words],
    env,
    cwd: folder,
    stderr: 'pipe',
  })
}

test.each(eras)('a client lists the tools and calls each by standard input and output (%s)', async mode => {
  await using client = await connected(command(), { mode })
  expect((await client.tools()).map(({ name }) => name)).toEqual(Object.keys(toolCalls))
  for (const [name, given] of Object.entries(toolCalls)) {
    const { text, isError, bytes } = await client.call(name, given)
    expect(bytes, name).toBeLessThan(8000)
    expect({ isError, ...answerIn(text) }, name).toMatchObject({ isError: false, errors: [] })
  }
  await expect(client.call('no_tool')).rejects.toThrow('There is no tool "no_tool".')
})

test("the guide's settings start it", async () => {
  const [, settings = ''] = blocks('json', 'docs/tools.md')
  const { args, env } = Settings.parse(JSON.parse(settings)).mcpServers.isotherm
  expect(args.slice(0, -1)).toEqual(['isotherm'])
  await using client = await connected(command(env, args.slice(-1)))
  expect((await client.tools()).length).toBe(14)
})

const Settings = z.object({
  mcpServers: z.object({
    isotherm: z.object({ args: z.array(z.string()), env: z.record(z.string(), z.string()) }),
  }),
})

test('links of images work, and nobody but the client may ask', async () => {
  await using client = await connected(command())
  const { text } = await client.call('heatmaps_of_store', toolCalls.heatmaps_of_store)
  const [link = ''] = /http:[^"]+\/images\/[^"]+/.exec(text) ?? []
  expect((await fetch(link)).headers.get('content-type')).toMatch(/^image\//)
  const stranger = await fetch(`${new URL(link).origin}/graphql?query={__typename}`)
  expect(stranger.status).toBe(401)
})

test('with an access file it asks by its key, with the scopes of that', async () => {
  const { key, line } = mintKey()
  const callers = [{ id: 'model', keys: [line], accounts: ['one'], scopes: ['pages:read'] }]
  await writeFile(join(folder, 'access.yaml'), stringify({ accounts: [{ id: 'one' }], callers }))
  const environment = { ISOTHERM_ACCESS: 'access.yaml', ISOTHERM_MCP_KEY: key }
  await using client = await connected(command({ ...environment, ISOTHERM_SANDBOX: 'on' }))
  expect((await client.call('top_pages', { website: 'shop' })).isError).toBe(false)
  const { text } = await client.call('visits_of_store', toolCalls.visits_of_store)
  expect(answerIn(text).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
})

test('of several accounts it asks about the one that is named, and says at the start why it may not enter', async () => {
  const { key, line } = mintKey()
  const accounts = ['one', 'two']
  const callers = [{ id: 'model', keys: [line], accounts, scopes: ['pages:read'] }]
  const file = stringify({ accounts: accounts.map(id => ({ id })), callers })
  await writeFile(join(folder, 'accounts.yaml'), file)
  const environment = {
    ISOTHERM_ACCESS: 'accounts.yaml',
    ISOTHERM_SANDBOX: 'on',
    ISOTHERM_MCP_KEY: key,
  }
  await using client = await connected(command({ ...environment, ISOTHERM_MCP_ACCOUNT: 'two' }))
  expect((await client.call('top_pages', { website: 'shop' })).isError).toBe(false)
  for (const [wrong, sentence] of [
    [{}, 'You have several accounts'],
    [{ ISOTHERM_MCP_ACCOUNT: 'three' }, 'names no account of yours'],
    [{ ISOTHERM_MCP_KEY: mintKey().key }, 'The key is not known here.'],
  ] as const) {
    await using ended = await startNode([main, 'mcp'], { ...environment, ...wrong }, folder)
    expect(await ended.ended()).toBe(1)
    expect([ended.stdout, ended.stderr]).toEqual(['', expect.stringContaining(sentence)])
  }
})

test.each([
  ['off', { ISOTHERM_MCP: 'off' }, 'ISOTHERM_MCP: is off'],
  ['without the key of an access file', { ISOTHERM_ACCESS: 'access.yaml' }, 'ISOTHERM_MCP_KEY: '],
])('it ends with a sentence where it is %s', async (_what, environment, sentence) => {
  await using ended = await startNode([main, 'mcp'], environment, folder)
  expect(await ended.ended()).toBe(1)
  expect([ended.stdout, ended.stderr]).toEqual(['', expect.stringContaining(sentence)])
})

test('it ends with the program that started it', async () => {
  await using ended = await startNode([main, 'mcp'], {}, folder)
  // Its standard input is closed from the start.
  expect(await ended.ended()).toBe(0)
  expect(ended.stdout).toBe('')
})
