import fc from 'fast-check'
import { getOperationAST, getVariableValues, type OperationDefinitionNode, parse } from 'graphql'
import { expect, test } from 'vitest'
import { coerceVariables } from '../../src/execution/coerced-variables.ts'
import { madeUpGraph } from './made-up-graph.ts'

const types = [
  'String',
  'Int',
  'Int!',
  '[Int!]',
  'ID!',
  'Boolean',
  'Colour',
  '[Colour!]',
  'Filter',
  '[Filter!]!',
]
const members = ['text', 'colours', 'since', 'inner', 'other', '__proto__', 'constructor', 'then']

const values = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, 3, 3.5, 'RED', 'x', '𝄞'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom(...members), tie('value')), { maxLength: 3 })
      .map(entries => `{${entries.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join(',')}}`)
      .map(text => JSON.parse(text) as unknown),
  ),
})).value

test('variables are read as the library reads them, with as many errors of the same sentences', () => {
  let wrong = 0
  const areAlike = fc.property(fc.constantFrom(...types), fc.boolean(), values, (type, isGiven, value) => {
    const operation = operationOf(`query ($value: ${type}) { echo }`)
    const given = isGiven ? { value } : {}
    const { coerced, errors } = coerceVariables(madeUpGraph, operation, given)
    const expected = getVariableValues(madeUpGraph, operation.variableDefinitions ?? [], given)
    expect(coerced).toEqual(expected.coerced)
    expect(errors?.length).toBe(expected.errors?.length)
    // What is cut has lost some of the sentence.
    const isWhole = errors?.map(({ message }) => !message.includes('…'))
    const wholeOf = (all = errors) => all?.filter((_, index) => isWhole?.[index]).map(sentence)
    expect(wholeOf()).toEqual(wholeOf(expected.errors))
    if (isWhole?.includes(true)) wrong++
  })
  fc.assert(areAlike, { numRuns: 2000 })
  expect(wrong).toBeGreaterThan(500)
})

/** Its beginning, without the value, which is told in another way. */
function sentence({ message }: Error): string {
  return message
    .replace(/got invalid value .*?( at "[^"]*")?; (?=[A-Z])/, 'got invalid value$1; ')
    .slice(0, 70)
}

test('reading stops at the fiftieth error, and prints the beginning of what is wrong alone', () => {
  let reads = 0
  const counted = <Value extends object>(value: Value): Value =>
    new Proxy(value, {
      get(target, name, receiver) {
        reads++
        return Reflect.get(target, name, receiver)
      },
    })
  const list = counted(Array.from({ length: 100_000 }, () => 'WRONG'))
  const ofList = coerceVariables(madeUpGraph, operationOf('query ($value: [Colour!]) { echo }'), {
    value: list,
  })
  expect(ofList.errors).toHaveLength(50)
  const keys = counted(Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, 1])))
  const ofKeys = coerceVariables(madeUpGraph, operationOf('query ($value: Filter) { echo }'), { value: keys })
  expect(ofKeys.errors).toHaveLength(50)
  expect(reads).toBeLessThan(500)
  expect(ofKeys.errors?.[0]?.message).toMatch(
    /^Variable "\$value" got invalid value \{ key0: 1, .*… \}; Field "key0"/,
  )
})

function operationOf(text: string): OperationDefinitionNode {
  const operation = getOperationAST(parse(text))
  if (!operation) throw new TypeError('There is no operation.')
  return operation
}
