import { describe, expect, test } from 'vitest'
import { callsOf } from '../support/calls.ts'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

/** Each field with an argument of which exactly one member may be there, and two members of that. */
const fields = [
  { type: 'LocationBy', field: 'location(by: $given) { id }', members: ['id: "ginza"', 'analytiksId: "1"'] },
  { type: 'WebsiteBy', field: 'website(by: $given) { name }', members: ['id: "shop"', 'zenovayId: "x"'] },
  {
    type: 'ViewBy',
    field: 'view(by: $given) { totalInteractions }',
    members: ['id: "View:shop:/"', 'url: "https://shop.example.com/"'],
  },
  {
    type: 'TrafficRange',
    field: 'location(by: { id: "ginza" }) { traffic(range: $given) { total } }',
    members: [
      'utc: { start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" }',
      'local: { start: "2025-06-02T00:00:00", end: "2025-06-03T00:00:00" }',
    ],
  },
]

/** Some composers drop `@oneOf`, and their gateways hand on whatever they are given. */
describe.each(fields)('$type', ({ type, field, members: [one = '', other = ''] }) => {
  const name = (member: string) => member.slice(0, member.indexOf(':'))
  const wrong = [
    { what: 'both members', given: `{ ${one}, ${other} }` },
    { what: 'no member', given: '{}' },
    { what: 'a member that is null', given: `{ ${name(one)}: null }` },
    { what: 'a member beside a null', given: `{ ${one}, ${name(other)}: null }` },
  ]

  test.each(wrong)('refuses $what in the query, and asks nothing', async ({ given }) => {
    await using served = await serve()
    const { status, data, errors } = await askText(served.origin, `{ ${field.replace('$given', given)} }`)
    expect({ status, data }).toEqual({ status: 400, data: undefined })
    expect(codesOf(errors)).toEqual(['BAD_USER_INPUT'])
    expect(callsOf(served.sandbox)).toEqual({})
  })

  test.each(wrong)('refuses $what in a variable, and asks nothing', async ({ given }) => {
    await using served = await serve()
    const variables = { given: JSON.parse(given.replace(/(\w+)(?=: )/g, '"$1"')) }
    const { status, data, errors } = await askText(
      served.origin,
      `query ($given: ${type}!) { ${field} }`,
      variables,
    )
    expect({ status, data }).toEqual({ status: 400, data: undefined })
    expect(codesOf(errors)).toEqual(['BAD_USER_INPUT'])
    expect(callsOf(served.sandbox)).toEqual({})
  })
})

test.each([{ id: null }, {}])('refuses a member whose variable says nothing: %j', async variables => {
  await using served = await serve()
  const query = 'query ($id: ID) { location(by: { id: $id }) { id } }'
  const { data, errors } = await askText<{ location: unknown } | null>(served.origin, query, variables)
  expect(data?.location ?? null).toBeNull()
  expect(codesOf(errors)).toEqual(['BAD_USER_INPUT'])
})

function codesOf(errors: readonly { readonly extensions: Readonly<Record<string, unknown>> }[]): unknown[] {
  return [...new Set(errors.map(({ extensions: { code } }) => code))]
}
