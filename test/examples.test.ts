import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { z } from 'zod'
import { readCatalog } from '../src/catalog/file.ts'
import { readConfig } from '../src/config/config.ts'
import { generalVariables } from '../src/config/variables.ts'
import { providers } from '../src/providers.ts'
import { sandboxCatalog } from '../src/sandbox/catalog.ts'
import { providerNames } from '../src/upstream/error.ts'
import { requiredOf } from './support/environments.ts'

const variables: Readonly<Record<string, z.ZodType>> = Object.assign(
  {},
  generalVariables.shape,
  ...providerNames.map(name => providers[name].variables.shape),
)
const environmentText = await readExample('.env.example')
const catalogText = await readExample('catalog.example.yaml')

test('.env.example names every variable that is read, once, and no other', () => {
  const named = assignments().map(({ name }) => name)
  expect(named.toSorted()).toEqual([...Object.keys(variables), 'NODE_ENV'].toSorted())
})

test('.env.example as it stands is the sandbox for every provider', () => {
  const config = readConfig(parseEnv(environmentText))
  expect(config).toEqual(readConfig({}))
  expect(config.sandboxed).toEqual(providerNames)
})

test('.env.example leaves the required variables to fill in, and shows the defaults of the others', () => {
  const required = providerNames.flatMap(requiredOf)
  const toFillIn = assignments().filter(({ isComment }) => !isComment)
  expect(toFillIn.map(({ name }) => name).toSorted()).toEqual(required.toSorted())
  expect(toFillIn.filter(({ value }) => value !== '')).toEqual([])

  const filledIn = Object.fromEntries(required.map(name => [name, 'https://filled.in.example.com']))
  const defaults = assignments().filter(({ isComment }) => isComment)
  const shown = Object.fromEntries(defaults.map(({ name, value }) => [name, value]))
  expect(readConfig({ ...shown, ...filledIn })).toEqual(readConfig(filledIn))
  for (const { name, value } of defaults) {
    const { data = [] } = variables[name]?.safeParse(undefined) ?? {}
    if (value === '') expect(data).toEqual([])
  }
})

test('.env.example says what each variable is for', () => {
  const silent = assignments().filter(({ paragraph }) => !/^# [A-Z].+\.$/m.test(paragraph))
  expect(silent.map(({ name }) => name)).toEqual([])
})

test('catalog.example.yaml has no problem', () => {
  expect(readCatalog(catalogText, 'catalog.example.yaml')).not.toHaveProperty('problems')
})

test('catalog.example.yaml teaches every key', () => {
  expect(new Set(keysOf(parse(catalogText)))).toEqual(
    new Set([
      ...['locations', 'id', 'name', 'timeZone', 'auraVision', 'locationId'],
      ...['analytiks', 'brandId', 'referenceNumber'],
      ...['websites', 'origin', 'origins', 'zenovay', 'websiteId', 'posthog', 'projectId', 'environmentId'],
      ...['datadog', 'applicationId', 'views', 'path', 'viewName'],
    ]),
  )
})

test("catalog.example.yaml can be tried as it stands: its ids are the sandbox's", () => {
  const example = catalogOf(catalogText)
  const sandbox = catalogOf(sandboxCatalog())
  expect(example.locations.length).toBeGreaterThan(1)
  expect(example.websites.length).toBeGreaterThan(1)
  for (const { key, name, timeZone, ...identities } of example.locations) {
    expect(sandbox.location(key)).toMatchObject({ name, ...known({ timeZone, ...identities }) })
  }
  for (const { key, name, origin, zenovayId, datadogApplicationId, posthog, views } of example.websites) {
    const known = sandbox.website(key)
    expect(known).toMatchObject({ name, origin, posthog: { id: posthog?.id } })
    for (const { viewName } of views) expect(known?.views.map(view => view.viewName)).toContain(viewName)
    expect([null, known?.zenovayId]).toContain(zenovayId)
    expect([null, known?.datadogApplicationId]).toContain(datadogApplicationId)
  }
})

interface Assignment {
  readonly name: string
  readonly value: string
  readonly isComment: boolean
  /** The lines around it, up to the next empty ones. */
  readonly paragraph: string
}

function assignments(): readonly Assignment[] {
  return environmentText.split(/\n{2,}/).flatMap(paragraph =>
    [...paragraph.matchAll(/^(# ?)?([A-Z][A-Z_]*)=(.*)$/gm)].map(([, comment, name = '', value = '']) => ({
      name,
      value,
      isComment: comment !== undefined,
      paragraph,
    })),
  )
}

function keysOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf)
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, member]) => [key, ...keysOf(member)])
}

function known(members: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))
}

function catalogOf(text: string) {
  const read = readCatalog(text, 'catalog.yaml')
  if ('problems' in read) throw new Error(read.problems.join('\n'))
  return read.catalog
}

async function readExample(file: string): Promise<string> {
  return readFile(join(import.meta.dirname, '..', file), 'utf8')
}
