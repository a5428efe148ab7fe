import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { schema } from '../../schema/index.ts'
import { type Scope, scopes } from '../../src/access/scopes.ts'
import { type Account, openAccount } from '../../src/account.ts'
import { readCatalog } from '../../src/catalog/file.ts'
import { readConfig } from '../../src/config/config.ts'
import type { DocumentMode } from '../../src/documents/trusted-documents.ts'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { startSandbox } from '../../src/sandbox.ts'
import type { EnteredExchange } from '../../src/server/front-door.ts'
import { type DirectQueries, directQueries } from '../../src/server/graphql/direct-queries.ts'
import type { OperationParams } from '../../src/server/graphql/operation-params.ts'
import { useCompiledOperations } from '../../src/server/graphql/plugins/compiled-operations.ts'
import { maskErrors } from '../../src/server/graphql/plugins/masked-errors.ts'
import type { ServerContext } from '../../src/server/graphql/server-context.ts'
import { openYoga, operationContext, operationPlugins } from '../../src/server/graphql/yoga.ts'
import { CallerLimits } from '../../src/server/limits/caller-limits.ts'
import { providerNames } from '../../src/upstream/error.ts'
import { silentLog } from '../../src/upstream/log.ts'
import { openCallCounters } from '../../src/upstream/rate-limit/call-counters.ts'
import { WaitClock } from '../../src/upstream/wait-clock.ts'
import { madeUpOperations } from '../access/made-up-operations.ts'

let account: Account

beforeAll(async () => {
  const resources = new AsyncDisposableStack()
  const plenty = { perMinute: 10_000, perHour: 10_000, perMonth: 100_000 }
  const sandbox = resources.use(await startSandbox({ zenovay: plenty, posthog: plenty }))
  const limits = { POSTHOG_PER_MINUTE: '10000', POSTHOG_PER_HOUR: '10000', ZENOVAY_PLAN: 'enterprise' }
  const config = readConfig({ ...sandbox.environment(), ...limits })
  const read = readCatalog(sandboxCatalog(), 'the test')
  if (!('catalog' in read)) throw new TypeError(read.problems.join())
  account = resources.use(openAccount(config.providers, read.catalog, { cacheBytes: 100_000_000 }))
  return () => resources.disposeAsync()
})

interface Ways {
  readonly byYoga: (params: OperationParams, allowed?: readonly Scope[], explain?: string) => Promise<unknown>
  /** Undefined for what is left to Yoga. */
  readonly direct: (params: OperationParams, allowed?: readonly Scope[], explain?: string) => unknown
}

function openWays(mode: DocumentMode = 'off'): Ways {
  const maskedErrors = maskErrors(silentLog)
  const options = {
    listening: 'http://localhost',
    deadlineMilliseconds: 10_000,
    operationLimits: readConfig({}).operationLimits,
    callerLimits: new CallerLimits(openCallCounters()),
    costMode: 'measure',
    mode,
    maskedErrors,
    log: silentLog,
  } as const
  const plugins = operationPlugins(useCompiledOperations(schema), options)
  const contextOf = operationContext(options)
  const direct: DirectQueries = directQueries({ schema, plugins, contextOf, mode, maskedErrors })
  const yoga = openYoga(schema, [...plugins, direct.plugin], options)
  return {
    async byYoga(params, allowed, explain) {
      const { response: res, record, caller, account } = exchangeOf(allowed, explain)
      const request = new yoga.fetchAPI.Request('http://localhost/graphql', { method: 'POST' })
      const context: ServerContext = { res, record, caller, account }
      return told(await yoga.getResultForParams({ params, request }, context))
    },
    direct: (params, allowed, explain) => direct.run(params, exchangeOf(allowed, explain))?.then(told),
  }
}

function exchangeOf(allowed: readonly Scope[] = scopes, explain?: string): EnteredExchange {
  const request = new IncomingMessage(new Socket())
  request.method = 'POST'
  if (explain !== undefined) request.headers['isotherm-explain'] = explain
  return {
    request,
    response: new ServerResponse(request),
    target: { path: '/graphql', query: '', host: undefined, isAbsolute: false },
    record: { id: 'some', method: 'POST', startedAt: 0, waiting: new WaitClock(), traceparent: undefined },
    caller: { id: 'somebody', scopes: new Set(allowed) },
    account,
  }
}

/**
 * As it is sent, but for ages, signatures, the order of errors, which compiled code may meet in another one, and how planned calls
 * are cut: on a busy machine a batch may take two turns.
 */
function told(result: unknown): string {
  const { errors = [], ...rest }: { readonly errors?: readonly unknown[] } = Object(result)
  const ordered = errors.map(error => JSON.stringify(error)).sort()
  return JSON.stringify({ ...rest, errors: ordered }, (key, value) =>
    isProvider(key) && Array.isArray(value) ? uncut(value) : value,
  )
    .replace(/"ageSeconds":\d+/g, '"ageSeconds":0')
    .replace(/http[^"]*\/images\/[^"]*/g, 'link')
}

/** Calls that are alike but for their lists, as one with all members of these. */
function uncut(calls: readonly object[]): readonly unknown[] {
  const isList = ([, value]: readonly [string, unknown]) => Array.isArray(value)
  const alike = Map.groupBy(calls, call =>
    JSON.stringify(Object.entries(call).filter(member => !isList(member))),
  )
  return [...alike]
    .map(([name, each]) => {
      const lists = each.flatMap(call => Object.entries(call).filter(isList))
      return JSON.stringify([
        name,
        lists.flatMap(([key, list]) => [list].flat().map(one => [key, one])).sort(),
      ])
    })
    .sort()
}

function isProvider(key: string): boolean {
  return providerNames.some(name => name === key)
}

test('whatever is asked, with whichever scopes, the direct way says what Yoga says', async () => {
  const { byYoga, direct } = openWays()
  const explanations = fc.constantFrom(undefined, undefined, 'cost', 'plan')
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      madeUpOperations,
      fc.subarray([...scopes]),
      explanations,
      fc.integer({ min: 1, max: 4 }),
      async (query, allowed, explain, times) => {
        // Only a text that was generated before is known already.
        if (!seen.has(query)) expect(direct({ query }, allowed)).toBeUndefined()
        seen.add(query)
        // From the third time on it is compiled.
        for (let time = 0; time < times; time++) await byYoga({ query }, allowed, explain)
        const expected = await byYoga({ query }, allowed, explain)
        expect(await direct({ query }, allowed, explain)).toBe(expected)
      },
    ),
    { numRuns: 40, endOnFailure: true },
  )
})

const byId = 'query ($id: ID!) { location(by: { id: $id }) { id name } }'
const nested = (levels: number): unknown => (levels === 0 ? 'x' : { a: nested(levels - 1) })

const hostile: readonly (readonly [string, OperationParams, (readonly Scope[])?])[] = [
  ['a variable that is missing', { query: byId }],
  ['a variable that does not fit', { query: byId, variables: { id: {} } }],
  ['variables that are nested too deep', { query: byId, variables: { id: nested(80) } }],
  ['half a character in a variable', { query: byId, variables: { id: 'x\ud800' } }],
  ['an argument out of its bounds', { query: '{ locations(first: -1) { nodes { id } } }' }],
  [
    'two names for one thing',
    {
      query: 'query ($by: LocationBy!) { location(by: $by) { id } }',
      variables: { by: { id: 'a', analytiksId: 'b' } },
    },
  ],
  [
    'a cost that is too high',
    {
      query:
        '{ locations(first: 5001) { nodes { heatmaps(range: { start: "2026-08-03T00:00:00Z", end: "2026-08-04T00:00:00Z" }, types: [PATH]) { id } } } }',
    },
  ],
  [
    'the schema, for a caller that may not explore',
    { query: '{ __schema { queryType { name } } }' },
    ['pages:read'],
  ],
  ['the schema, for one that may', { query: '{ __type(name: "View") { name } }' }],
  [
    'what the caller may not read',
    {
      query:
        '{ location(by: { id: "oxford-street" }) { heatmaps(range: { start: "2026-08-03T00:00:00Z", end: "2026-08-04T00:00:00Z" }, types: [PATH]) { id } } }',
    },
    ['traffic:read'],
  ],
  [
    'a directive without its variable',
    { query: 'query ($on: Boolean!) { providers @include(if: $on) { name } }' },
  ],
  [
    'something left out',
    {
      query:
        'query ($on: Boolean!) { locations(first: 1) { nodes { id } } providers @include(if: $on) { name } }',
      variables: { on: false },
    },
  ],
  [
    'one of two operations',
    { query: 'query A { a: __typename } query B { b: __typename }', operationName: 'B' },
  ],
]

test.each(hostile.map(([what, params, allowed]) => ({ what, params, allowed })))(
  '$what is refused or answered by the direct way as by Yoga',
  async ({ params, allowed }) => {
    const { byYoga, direct } = openWays()
    for (let time = 0; time < 4; time++) {
      const expected = await byYoga(params, allowed)
      expect(await direct(params, allowed)).toBe(expected)
    }
  },
)

test.each<readonly [what: string, params: OperationParams]>([
  ['a document that is not valid', { query: '{ nothing }' }],
  ['a document that does not parse', { query: '{ locations' }],
  ['a mutation', { query: 'mutation { deleteSnapshot(input: { id: "x" }) { __typename } }' }],
  ['no operation of that name', { query: 'query A { __typename }', operationName: 'B' }],
  ['variables that are no object', { query: '{ __typename }', variables: 'x' as never }],
  ['a deferred part', { query: '{ __typename ... @defer { providers { name } } }' }],
  ['an id that is not known', { documentId: 'unknown' }],
])('%s is left to Yoga', async (_what, params) => {
  const { byYoga, direct } = openWays()
  await byYoga(params).catch(() => undefined)
  expect(direct(params)).toBeUndefined()
})

test('a document that may not be sent is left to Yoga, which refuses it', async () => {
  const trusting = openWays('off')
  const refusing = openWays('refuse')
  const params = { query: '{ __typename }' }
  await trusting.byYoga(params)
  expect(trusting.direct(params)).toBeDefined()
  await refusing.byYoga(params).catch(() => undefined)
  expect(refusing.direct(params)).toBeUndefined()
})
