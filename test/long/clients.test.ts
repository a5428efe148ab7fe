import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { providerNames } from '../../src/upstream/error.ts'
import { askText } from '../support/client.ts'
import {
  foreignFolder,
  installMilliseconds,
  installPackages,
  runForeign,
} from '../support/foreign-package.ts'
import { serve } from '../support/serving.ts'

const modules = join(import.meta.dirname, '../../node_modules')

beforeAll(() => installPackages(), installMilliseconds)

describe('a project of typed documents', () => {
  beforeAll(async () => {
    await command('clients', join(modules, '@graphql-codegen/cli/cjs/bin.js'), '--config', 'codegen.ts')
  }, 60_000)

  test('compiles', async () => {
    await command('clients', join(modules, 'typescript/bin/tsc'), '-p', '.')
  })

  test.each(['apollo', 'urql', 'graphql-request'])('of %s gets what it asks for', async name => {
    await using served = await serve()
    const variables = {
      store: 'oxford-street',
      day: { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' },
      page: 'https://shop.example.com/pricing',
    }
    const operation = await readFile(join(foreignFolder, 'clients/operations.graphql'), 'utf8')
    const { data, errors } = await askText(served.origin, operation, variables)
    expect(errors).toEqual([])
    expect(data).toMatchObject({ location: { name: 'Oxford Street' }, view: { totalInteractions: 8765 } })
    const got = await runForeign(`clients/${name}.ts`, `${served.origin}/graphql`)
    expect(withoutTypeNames(got)).toEqual(data)
  })
})

test('clients that know parts are told first what is there, then all', async () => {
  await using served = await serve()
  const told = await runForeign('clients/parts.ts', `${served.origin}/graphql`)
  const ids = ['Location:oxford-street', 'Location:rue-de-rivoli']
  const first = { locations: { nodes: ids.map(id => ({ id })) } }
  const all = {
    locations: {
      nodes: [
        { id: ids[0], name: 'Oxford Street', timeZone: 'Europe/London' },
        { id: ids[1], name: 'Rue de Rivoli', timeZone: 'Europe/Paris' },
      ],
    },
    providers: providerNames.map(name => ({ name })),
  }
  expect(withoutTypeNames(told)).toEqual({
    'Apollo, incrementalSpec=v0.2': [first, all],
    'Apollo, deferSpec=20220824': [first, all],
    urql: [first, all],
  })
})

describe('a Relay project', () => {
  beforeAll(async () => {
    await mkdir(join(foreignFolder, 'relay/generated'), { recursive: true })
    await command('relay', '../node_modules/relay-compiler/cli.js', './relay.config.json')
  }, 60_000)

  test('compiles', async () => {
    await command('relay', join(modules, 'typescript/bin/tsc'), '-p', '.')
  })

  test('gets a page of a connection, and through `node` the one behind it', async () => {
    await using served = await serve()
    const pages = await runForeign('relay/run.ts', `${served.origin}/graphql`)
    expect(pages).toEqual(['/', '/pricing', '/features', '/signup', '/checkout'])
  })
})

/** Runs a command's script in a folder of the foreign package; what it complains of fails the test. */
async function command(folder: string, ...words: readonly string[]): Promise<void> {
  const options = { cwd: join(foreignFolder, folder), timeout: 60_000 }
  await promisify(execFile)(process.execPath, words, options).catch(({ stdout, stderr }) =>
    expect.unreachable(`${stdout}${stderr}`),
  )
}

/** Some clients ask for the name of each type as well. */
function withoutTypeNames(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data), (key, value) => (key === '__typename' ? undefined : value))
}
