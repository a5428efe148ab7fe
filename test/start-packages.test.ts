import { join } from 'node:path'
import { expect, test } from 'vitest'
import { originOf, startNode } from './support/child.ts'

const hook = join(import.meta.dirname, 'support/loaded-packages.ts')
const main = join(import.meta.dirname, '../src/main.ts')

/** What is not needed before it is asked for, or configured. */
const onUse = [
  '@apollo/usage-reporting-protobuf',
  '@graphql-yoga/plugin-apollo-inline-trace',
  '@graphql-yoga/render-graphiql',
  '@modelcontextprotocol/server',
  '@opentelemetry/sdk-trace-base',
  'file-type',
  'image-size',
  'ioredis',
  'pino-pretty',
  'prom-client',
  'sharp',
  'yaml',
]

test('a start loads nothing that is neither configured nor asked for', async () => {
  await using isotherm = await startNode(['--import', hook, main], {
    PORT: '0',
    ISOTHERM_SANDBOX: 'off',
    ZENOVAY_API_KEY: 'key',
  })
  const origin = await originOf(isotherm)
  const response = await fetch(`${origin}/graphql?query={__typename}`)
  expect(response.status).toBe(200)
  isotherm.process.kill('SIGTERM')
  expect(await isotherm.ended()).toBe(0)
  const [, list = '[]'] = /^loaded: (.*)$/m.exec(isotherm.stdout) ?? []
  const loaded: readonly string[] = JSON.parse(list)
  expect(loaded).toEqual(expect.arrayContaining(['graphql', 'undici', 'src/server/graphql/yoga.ts']))
  expect(loaded.filter(name => onUse.includes(name) || name.startsWith('src/sandbox/'))).toEqual([])
})
