import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Scope, scopes } from '../../src/access/scopes.ts'
import { callsOf } from '../support/calls.ts'
import { askText } from '../support/client.ts'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'

let served: CallersServed

beforeAll(async () => {
  served = await serveCallers()
})
afterAll(() => served[Symbol.asyncDispose]())

const others = scopes.filter(scope => scope !== 'explore')
const traced = { 'apollo-federation-include-trace': 'ftv1' }

async function post(body: object, allowed: readonly Scope[], headers: Record<string, string> = {}) {
  const response = await fetch(`${served.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...as(allowed), ...headers },
    body: JSON.stringify(body),
  })
  const { data, errors = [] } = await response.json()
  return { status: response.status, headers: response.headers, data, errors }
}

describe('without explore', () => {
  test.each([
    '{ __schema { queryType { name } } }',
    '{ it: __type(name: "Location") { name } locations(first: 1) { nodes { name } } }',
    '{ ...On snapshots(viewName: "/pricing") { id } } fragment On on Query { ... { its: __schema { types { name } } } }',
    'query ($yes: Boolean = true) { __schema @include(if: $yes) { description } }',
  ])('introspection is FORBIDDEN before any call: %s', async query => {
    for (const headers of [{}, traced, {}, {}]) {
      const { status, data, errors } = await post({ query }, others, headers)
      expect(status).toBe(200)
      expect(data).toBeNull()
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', missingScopes: ['explore'] } }])
    }
    expect(callsOf(served.sandbox)).toEqual({})
    expect((await post({ query }, scopes)).errors).toEqual([])
    for (const { journal } of served.sandbox.emulators) journal.clear()
  })

  test('__typename stays, and so does what is left out', async () => {
    const query = '{ __typename __schema @skip(if: true) { description } locations(first: 1) { __typename } }'
    const { data, errors } = await post({ query }, [])
    expect(errors).toEqual([])
    expect(data).toEqual({ __typename: 'Query', locations: { __typename: 'LocationConnection' } })
  })

  test.each<{ what: string; body: { query: string; variables?: unknown } }>([
    { what: 'a field', body: { query: '{ location(by: { id: "x" }) { nam } }' } },
    { what: 'a type', body: { query: 'query ($by: LocationB) { location(by: $by) { name } }' } },
    { what: 'an argument', body: { query: '{ location(bi: 1, by: { id: "x" }) { name } }' } },
    { what: 'a fragment on another type', body: { query: '{ node(id: "x") { name } }' } },
    { what: 'a member', body: { query: '{ location(by: { idd: "x" }) { name } }' } },
    {
      what: 'a member of a variable',
      body: {
        query: 'query ($by: LocationBy!) { location(by: $by) { name } }',
        variables: { by: { auraVisionIdd: 'x'.repeat(1000) } },
      },
    },
    {
      what: 'a value of an enum',
      body: {
        query:
          'query ($types: [SpatialHeatmapType!]!) { location(by: { id: "x" }) { heatmaps(range: { start: "2026-01-01T00:00:00Z", end: "2026-01-02T00:00:00Z" }, types: $types) { id } } }',
        variables: { types: ['PATHS'] },
      },
    },
  ])('no error suggests $what, whoever made the same mistake before', async ({ body }) => {
    for (const headers of [{}, traced]) {
      for (const _ of [1, 2]) {
        const allowed = await post(body, scopes, headers)
        expect(allowed.errors[0].message).toMatch(/ Did you mean .*\?$/)
        const { status, errors } = await post(body, others, headers)
        expect(status).toBe(allowed.status)
        expect(errors).toHaveLength(allowed.errors.length)
        expect(JSON.stringify(errors)).not.toContain('ou mean')
        expect(errors[0].locations).toEqual(allowed.errors[0].locations)
      }
    }
  })

  test('the page and the header that explains are refused as RFC 6750 says', async () => {
    const page = await fetch(`${served.origin}/graphql`, { headers: { accept: 'text/html', ...as(others) } })
    const explained = await post({ query: '{ __typename }' }, others, { 'isotherm-explain': 'plan' })
    const challenge = 'Bearer error="insufficient_scope", scope="explore"'
    for (const { status, headers } of [page, explained]) {
      expect(status).toBe(403)
      expect(headers.get('www-authenticate')).toBe(challenge)
    }
    expect(await page.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    const allowed = await fetch(`${served.origin}/graphql`, {
      headers: { accept: 'text/html', ...as(scopes) },
    })
    expect(await allowed.text()).toContain('GraphiQL')
  })

  test.each(['{ _service { sdl } }', '{ _sdl }'])('gateways are not told the schema: %s', async query => {
    expect(await post({ query }, others)).toMatchObject({
      status: 200,
      data: null,
      errors: [{ extensions: { code: 'FORBIDDEN', missingScopes: ['explore'] } }],
    })
    const { data } = await askText<object>(served.origin, query, {}, { headers: as(['explore']) })
    expect(JSON.stringify(data)).toContain('type Location')
  })
})
