import fc from 'fast-check'
import { buildSchema, GraphQLError, getOperationAST, parse } from 'graphql'
import { expect, test } from 'vitest'
import { coerceVariables } from '../../src/execution/coerced-variables.ts'
import { wrongArguments } from '../../src/server/graphql/plugins/wrong-arguments.ts'

const schema = buildSchema('type Query { pages(path: String, first: Int = 20): Int }')
const pages = schema.getQueryType()?.getFields().pages
if (pages)
  pages.extensions = {
    check: ({ path, first }: { path?: string; first: number }, most: number) => {
      if (first > most) throw new GraphQLError(`first is ${first}, more than ${most}`)
      if (path === '') throw new GraphQLError('path is empty')
    },
  }

const values = {
  path: fc.constantFrom('"/"', '""', '$path', 'null'),
  first: fc.constantFrom('1', '30', '$first'),
}
const fields = fc.record(values, { requiredKeys: [] }).map(given => {
  const args = Object.entries(given).map(([name, value]) => `${name}: ${value}`)
  return args.length > 0 ? `pages(${args.join(' ')})` : 'pages'
})
const documents = fc
  .array(fields, { minLength: 1, maxLength: 4 })
  .map(list => list.map((field, index) => `p${index}: ${field}`).join(' '))
  .map(selections => parse(`query ($path: String, $first: Int) { ${selections} }`))
const requests = fc.array(
  fc.record({
    variables: fc.record(
      { path: fc.constantFrom('/', '', '\ud800', null), first: fc.constantFrom(1, 30) },
      { requiredKeys: [] },
    ),
    most: fc.constantFrom(10, 25, 100),
  }),
  { minLength: 1, maxLength: 5 },
)

test('what is wrong with a document is the same however often it was asked before', () => {
  fc.assert(
    fc.property(documents, requests, (document, asked) => {
      const remembering = wrongArguments('check')
      for (const { variables, most } of asked) {
        const operation = getOperationAST(document)
        if (!operation) throw new TypeError('There is no operation.')
        const { coerced } = coerceVariables(schema, operation, variables)
        if (!coerced) throw new TypeError('The variables are of another type.')
        const told = (find: ReturnType<typeof wrongArguments>) =>
          find(schema, document, operation, coerced, most).map(({ message, path, nodes }) => [
            message,
            path,
            nodes?.map(({ loc }) => loc?.start),
          ])
        expect(told(remembering)).toEqual(told(wrongArguments('check')))
      }
    }),
  )
})
