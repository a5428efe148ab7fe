import { readFile } from 'node:fs/promises'
import {
  type ConstDirectiveNode,
  getNamedType,
  isUnionType,
  parse,
  valueFromASTUntyped,
  visit,
} from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../schema/index.ts'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

test('what a stitched graph reads of the server is what is printed', async () => {
  await using served = await serve()
  const file = await sdlOf('stitching')
  // The first are executed, the last are compiled.
  for (const _time of [1, 2, 3, 4, 5]) {
    const { data } = await askText<{ _sdl: string }>(served.origin, '{ _sdl }')
    expect(data._sdl).toBe(file)
  }
})

test('a stitched graph enters by every key that a federated one does', async () => {
  const merged = await mergedKeys()
  expect(merged.toSorted()).toEqual((await resolvableKeys()).toSorted())
  expect(merged).toContain('Location by brandId referenceNumber')
})

test.each([
  [
    '_locationsByBrandIdAndReferenceNumber',
    { brandId: 1234, referenceNumber: 'US0658' },
    'Location:oxford-street',
  ],
  ['_locationsByAnalytiksId', { analytiksId: '1' }, 'Location:oxford-street'],
  ['_locationsByAuraVisionId', { auraVisionId: '64a1b2c3d4e5f6a7b8c9d0e3' }, 'Location:oxford-street'],
  ['_brandsByBrandId', { brandId: 7 }, 'Brand:7'],
  ['_viewsByUrl', { url: 'https://shop.example.com/pricing' }, 'View:shop:/pricing'],
  ['_websitesByOrigin', { origin: 'https://shop.example.com' }, 'Website:shop'],
])('%s answers in the order of its keys, each of its own type or an error', async (field, key, id) => {
  await using served = await serve()
  const { data, errors } = await askText<Record<string, unknown>>(
    served.origin,
    `query ($keys: [_Any!]!) { ${field}(representations: $keys) { id } }`,
    { keys: [key, {}, { ...key, __typename: 'PageHeatmap' }, 'text'] },
  )
  expect(data[field]).toEqual([{ id }, null, { id }, null])
  expect(errors.map(({ path, extensions: { code } }) => ({ path, code }))).toEqual([
    { path: [field, 1], code: 'BAD_USER_INPUT' },
    { path: [field, 3], code: 'BAD_USER_INPUT' },
  ])
})

async function resolvableKeys(): Promise<string[]> {
  const keys: string[] = []
  visit(parse(await sdlOf('subgraph')), {
    ObjectTypeDefinition({ name, directives }) {
      for (const directive of directives ?? []) {
        const { fields, resolvable } = argumentsOf(directive)
        if (directive.name.value === 'key' && resolvable !== false) keys.push(`${name.value} by ${fields}`)
      }
    },
  })
  return keys
}

async function mergedKeys(): Promise<string[]> {
  const keys: string[] = []
  visit(parse(await sdlOf('stitching')), {
    FieldDefinition({ name, directives }) {
      const merge = directives?.find(directive => directive.name.value === 'merge')
      const field = schema.getQueryType()?.getFields()[name.value]
      if (!merge || !field) return
      const { keyField, types } = argumentsOf(merge)
      const type = getNamedType(field.type)
      const names = isUnionType(type) && Array.isArray(types) ? types : [type.name]
      keys.push(...names.map(name => `${name} by ${keyField}`))
    },
  })
  return keys
}

function argumentsOf({ arguments: args = [] }: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(args.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]))
}

async function sdlOf(dialect: string): Promise<string> {
  return readFile(new URL(`../../schema/${dialect}.graphql`, import.meta.url), 'utf8')
}
