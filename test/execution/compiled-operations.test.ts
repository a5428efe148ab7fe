import fc from 'fast-check'
import { type ExecutionArgs, type ExecutionResult, execute, type GraphQLError, parse } from 'graphql'
import { expect, test } from 'vitest'
import { compiledOperations, type Execute } from '../../src/execution/compiled-operations.ts'
import { maskErrors } from '../../src/server/graphql/plugins/masked-errors.ts'
import { silentLog } from '../../src/upstream/log.ts'
import { madeUpGraph } from './made-up-graph.ts'
import { madeUpQueries } from './made-up-queries.ts'

test('any query is answered as by the default executor: data in its order, errors, what of them is told', async () => {
  let compiled = 0
  const answersAreEqual = fc.asyncProperty(madeUpQueries, async ({ text, variables }) => {
    const args = { schema: madeUpGraph, document: parse(text), variableValues: variables, contextValue: {} }
    const run = compile(args)
    if (!run) return
    compiled++
    expect(told(await run())).toEqual(told(await execute(args)))
  })
  await fc.assert(answersAreEqual, { numRuns: 1000 })
  expect(compiled).toBeGreaterThan(500)
})

test('what is asked once or twice is not compiled', () => {
  const find = compiledOperations(madeUpGraph)
  const args = argsOf('{ name }')
  const found = Array.from({ length: 4 }, () => find(args) !== undefined)
  expect(found).toEqual([false, false, true, true])
})

test('each operation of a document is compiled for itself', async () => {
  const find = compiledOperations(madeUpGraph)
  const args = argsOf('query One { number } query Other { missing }')
  for (const operationName of ['One', 'Other'])
    for (let time = 0; time < 3; time++) find({ ...args, operationName })
  expect(await find({ ...args, operationName: 'One' })?.()).toEqual({ data: { number: null } })
  expect(await find({ ...args, operationName: 'Other' })?.()).toEqual({ data: { missing: null } })
})

test.each([
  ['a mutation', 'mutation { name }'],
  ['one about the schema', '{ __schema { queryType { name } } }'],
  ['one about the schema under another name', '{ schema: __schema { queryType { name } } }'],
  ['one with a directive that the executor has to know', '{ ... @defer { name } }'],
  ['one whose answer has a member that means something to JavaScript', '{ __proto__: name }'],
  ['one that is large', `{ ${Array.from({ length: 501 }, (_, index) => `alias${index}: name`).join(' ')} }`],
  [
    'one that is large once its fragments are written out',
    `{ one { ...A ...B } } fragment A on Thing { one { ...B } two: one { ...B } }
    fragment B on Thing { one { ...C } two: one { ...C } } fragment C on Thing { one { ...D } two: one { ...D } }
    fragment D on Thing { one { name } two: one { name } three: one { name } }`,
  ],
  ['one whose variables are wrong', 'query ($number: Int!) { echo(number: $number) }'],
])('%s is for the default executor', (_what, text) => {
  expect(compile(argsOf(text))).toBeUndefined()
})

function argsOf(text: string): ExecutionArgs {
  return { schema: madeUpGraph, document: parse(text), variableValues: {}, contextValue: {} }
}

/** The compiled form, as it is found once the operation was asked often enough. */
function compile(args: ExecutionArgs): Execute | undefined {
  const find = compiledOperations(args.schema)
  return Array.from({ length: 4 }, () => find(args)).at(-1)
}

const { maskError } = maskErrors(silentLog)

/** Its data, in order, and for each null that errors made what is told of them. */
function told({ data, errors = [] }: ExecutionResult) {
  const byPlace = Map.groupBy(errors, ({ path = [] }) => nullOn(data, path).join('.'))
  const messages = [...byPlace].map(([place, errors]) => {
    // Of several errors that take the same parent with them, some may be told and some not.
    const isOnlyOwn = errors.every(({ path = [] }) => path.join('.') === place)
    return [place, isOnlyOwn ? errors.map(masked).sort() : 'a parent of errors'] as const
  })
  return { data: JSON.stringify(data), errors: new Map(messages) }
}

/** The part of an error's path up to the null that stands for it. */
function nullOn(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let value = data
  for (const [index, key] of path.entries()) {
    if (value === null || typeof value !== 'object') return path.slice(0, index)
    value = Object.entries(value).find(([name]) => name === String(key))?.[1]
  }
  return path
}

function masked(error: GraphQLError): string {
  return JSON.stringify(maskError?.(error, 'Something unexpected went wrong.', false))
}
