import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  execute,
  type GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
} from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../schema/index.ts'
import { openAccount } from '../../src/account.ts'
import { readCatalog } from '../../src/catalog/file.ts'
import { readConfig } from '../../src/config/config.ts'
import { createContext } from '../../src/context.ts'
import { compiledOperations } from '../../src/execution/compiled-operations.ts'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { madeUpHeatmaps } from '../../src/sandbox/posthog-heatmaps.ts'
import { startSandbox } from '../../src/sandbox.ts'
import { daysBefore } from '../support/heat-days.ts'

const range = { start: '2026-08-03T00:00:00Z', end: '2026-08-04T00:00:00Z' }

/** What the variables of the operations hold here, by type, and by name where a type stands for several things. */
const values: Readonly<Record<string, unknown>> = {
  'TimeRange!': range,
  'TrafficRange!': { utc: range },
  'local TrafficRange!': { local: { start: '2026-08-03T00:00:00', end: '2026-08-04T00:00:00' } },
  TrafficInterval: 'HOURLY',
  'TrafficInterval!': 'HOURLY',
  '[TrafficMetric!]': ['VISITS', 'DWELL_TIME'],
  '[SpatialHeatmapType!]!': ['PATH', 'LINGER'],
  OnRefusal: 'PARTIAL',
  'OnRefusal!': 'FAIL',
  'days DayRange!': daysBefore(1, 7),
  'against DayRange!': daysBefore(8, 7),
  'shortId ID!': 'ownerless',
  'uuid ID!': madeUpHeatmaps(new Date())[0]?.heatmap.id,
  'LocationBy!': { id: 'oxford-street' },
  'WebsiteBy!': { id: 'shop' },
  'ViewBy!': { url: 'https://shop.example.com/pricing' },
  'path String!': '/pricing',
  'viewName String!': '/',
  'id ID!': 'Location:oxford-street',
  'auraVisionId ID!': '64a1b2c3d4e5f6a7b8c9d0e3',
  'projectId ID': '1',
  'ids [ID!]!': ['Location:oxford-street', 'Nothing:1', 'View:shop:/pricing', 'Location:ginza', 'Brand:x'],
  'brandId Int!': 1234,
  'brand Int!': 1234,
  'id Int!': 1234,
  'first Int!': 3,
  'zenovayId ID!': 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
}

const documents = await readDocuments()
const queries = documents.filter(({ operation }) => operation.operation === 'query')

test('there is something to compare', () => {
  expect(queries.length).toBeGreaterThan(30)
})

test.each(queries)(
  '$name is answered by compiled code as by the default executor',
  async ({ text, operation }) => {
    await using sandbox = await startSandbox()
    await using account = await open(sandbox.environment())
    const signal = new AbortController().signal
    const args = () => ({
      schema,
      document: parse(text),
      operationName: operation.name?.value,
      variableValues: variablesOf(operation),
      contextValue: createContext(account, signal),
    })
    const { document } = args()
    const find = compiledOperations(schema)
    const run = Array.from({ length: 4 }, () => find({ ...args(), document })).at(-1)
    const expected = await execute(args())
    expect(run).toBeDefined()
    const answered = await run?.()
    expect(withoutSignatures(answered?.data)).toBe(withoutSignatures(expected.data))
    expect(answered?.errors?.map(shown).sort()).toEqual(expected.errors?.map(shown).sort())
  },
)

async function open(environment: Readonly<Record<string, string>>) {
  const read = readCatalog(sandboxCatalog(), 'the sandbox')
  if (!('catalog' in read)) throw new TypeError('The catalog of the sandbox is wrong.')
  return openAccount(readConfig(environment).providers, read.catalog)
}

async function readDocuments() {
  const folder = join(import.meta.dirname, '../operations')
  const files = await Array.fromAsync(glob('*.graphql', { cwd: folder }))
  const texts = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')))
  return texts.flatMap(text => {
    const operations = parse(text).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    return operations.flatMap(definition => {
      const name = 'name' in definition ? definition.name?.value : undefined
      const operation = getOperationAST(parse(text), name)
      return operation ? [{ name: name ?? '', text, operation }] : []
    })
  })
}

function variablesOf({ variableDefinitions = [] }: OperationDefinitionNode) {
  const given = variableDefinitions.map(({ variable: { name }, type }): [string, unknown] => {
    const printed = print(type)
    return [name.value, values[`${name.value} ${printed}`] ?? values[printed]]
  })
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

/** A signed URL is another one each time. */
function withoutSignatures(data: unknown): string {
  return JSON.stringify(data)?.replace(/\?[^"]*"/g, '"')
}

function shown({ message, path, locations, extensions }: GraphQLError): string {
  return JSON.stringify([message, path, locations, extensions])
}
