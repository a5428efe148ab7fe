import { printExecutableGraphQLDocument } from '@graphql-tools/documents'
import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { KnownDocuments } from '../../src/documents/known-documents.ts'

describe('what it costs to tell that a document is not known', () => {
  test('is bounded by the largest that is known', () => {
    const known = knowing('{ a { b } }')
    expect(readsOf(known, nested(100))).toBe(readsOf(known, nested(50)))
  })

  test('grows no faster than its text', () => {
    const known = knowing(`{ ${'a '.repeat(1000)} }`)
    expect(readsOf(known, nested(100))).toBeLessThan(2.1 * readsOf(known, nested(50)))
  })
})

test.each([
  ['layout', 'query { a, b }'],
  ['the order of fields', '{ b a }'],
])('a query is known in another way: %s', (_what, text) => {
  expect(knowing('{ a b }').has(parse(text))).toBe(true)
})

test.each([
  ['another field', '{ a c }'],
  ['a field more', '{ a b c }'],
  ['the same words in other places', '{ a { b } }'],
])('a query is not known by %s', (_what, text) => {
  expect(knowing('{ a b }').has(parse(text))).toBe(false)
})

const mutations = [
  'mutation M { a b }',
  'mutation M { ... on Mutation { a b } }',
  'mutation M { ...F } fragment F on Mutation { a b }',
  'mutation M { ...F } fragment F on Mutation { ... { a b } }',
  'mutation M { ...F } fragment F on Mutation { ...G } fragment G on Mutation { a b }',
]

test.each(mutations)('a mutation is not known by what runs in another order: %s', text => {
  const known = knowing(text)
  expect(known.has(parse(text))).toBe(true)
  expect(known.has(parse(text.replace('a b', 'b a')))).toBe(false)
})

test('a mutation is known in another order of what it only reads', () => {
  const known = knowing('mutation M { ...F } fragment F on Mutation { m { a ...G } } fragment G on T { b c }')
  const other = 'fragment G on T { c b } fragment F on Mutation { m { ...G a } } mutation M { ...F }'
  expect(known.has(parse(other))).toBe(true)
})

test('a mutation that the client preset lists is known by the text that it was written in', () => {
  const written = parse('mutation M { z { d c ...F } a } fragment F on T { y x }')
  const known = knowing(printExecutableGraphQLDocument(written))
  expect(known.has(written)).toBe(true)
})

function knowing(text: string): KnownDocuments {
  const known = new KnownDocuments()
  known.add(parse(text))
  return known
}

function nested(levels: number): string {
  return `{${'...{'.repeat(levels)}a{b}${'}'.repeat(levels + 1)}`
}

/** How often anything in the document is looked at until it is found to be unknown. */
function readsOf(known: KnownDocuments, text: string): number {
  let reads = 0
  const watched = new WeakMap<object, object>()
  const watch = <Watched extends object>(target: Watched): Watched =>
    new Proxy(target, {
      get(of, name) {
        reads++
        const value: unknown = Reflect.get(of, name)
        if (typeof value !== 'object' || value === null) return value
        const kept = watched.get(value) ?? watch(value)
        watched.set(value, kept)
        return kept
      },
    })
  expect(known.has(watch(parse(text, { noLocation: true })))).toBe(false)
  return reads
}
