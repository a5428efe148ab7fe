import { createYoga, type Plugin } from 'graphql-yoga'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../schema/index.ts'
import { readConfig } from '../../src/config/config.ts'
import { TrustedDocuments } from '../../src/documents/trusted-documents.ts'
import { useCompiledOperations } from '../../src/server/graphql/plugins/compiled-operations.ts'
import { useInlineTrace } from '../../src/server/graphql/plugins/inline-trace.ts'
import { maskErrors } from '../../src/server/graphql/plugins/masked-errors.ts'
import { openYoga, operationPlugins } from '../../src/server/graphql/yoga.ts'
import { CallerLimits } from '../../src/server/limits/caller-limits.ts'
import { silentLog } from '../../src/upstream/log.ts'
import { openCallCounters } from '../../src/upstream/rate-limit/call-counters.ts'
import { takeCalls } from '../support/refused.ts'
import { sentId } from '../support/request-ids.ts'
import { type Served, serve } from '../support/serving.ts'
import { readFiles } from '../support/source-files.ts'

/** Yoga's hooks into HTTP: no request passes them, so that what stands in one would be skipped without a word. */
const skippedHooks = ['onRequest', 'onRequestParse', 'onResultProcess', 'onResponse']

describe('no plugin has a hook that no request passes', () => {
  test('by its text', async () => {
    const plugins = await readFiles('src/server/**/*.ts')
    expect(plugins.length).toBeGreaterThan(40)
    const defined = new RegExp(`\\b(?:${skippedHooks.join('|')})\\s*(?:\\(|: (?!_))`)
    expect(plugins.filter(({ code }) => defined.test(code)).map(({ path }) => path)).toEqual([])
  })

  test('of those that Yoga is given, nor are its own CORS, landing page and GraphiQL on', async () => {
    const options = {
      listening: 'http://localhost',
      deadlineMilliseconds: 1000,
      operationLimits: readConfig({}).operationLimits,
      callerLimits: new CallerLimits(openCallCounters()),
      costMode: 'measure',
      trusted: new TrustedDocuments(),
      mode: 'refuse',
      maskedErrors: maskErrors(silentLog),
      log: silentLog,
    } as const
    const off = {
      cors: false,
      graphiql: false,
      landingPage: false,
      multipart: false,
      maxRequestBodySize: false,
      logging: false,
    } as const
    const bare = hooksOf(createYoga({ schema, ...off }))
    for (const plugin of [useCompiledOperations(schema), useInlineTrace()])
      expect(hooksOf(openYoga(schema, operationPlugins(plugin, options), options))).toEqual(bare)
    for (const name of skippedHooks) {
      const plugin: Plugin = { onPluginInit: ({ addPlugin }) => addPlugin({ [name]: () => undefined }) }
      expect(hooksOf(openYoga(schema, operationPlugins(plugin, options), options))).not.toEqual(bare)
    }
    expect(hooksOf(createYoga({ schema, ...off, cors: {} }))).not.toEqual(bare)
    expect(hooksOf(createYoga({ schema, ...off, graphiql: true }))).not.toEqual(bare)
  })

  /** How many plugins have each of them, Yoga's own included. */
  function hooksOf(yoga: object) {
    const plugins: unknown = Reflect.get(yoga, 'plugins')
    if (!Array.isArray(plugins)) return expect.unreachable('Yoga lists its plugins')
    expect(plugins.length).toBeGreaterThan(10)
    return skippedHooks.map(name => [name, plugins.filter(plugin => plugin?.[name]).length])
  }
})

interface Told {
  readonly data?: unknown
  readonly errors?: unknown
  readonly extensions?: { readonly ftv1?: string; readonly upstream?: object }
}

interface Asked {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

describe('whichever way an operation goes', () => {
  const dashboard = 'https://dashboard.example'
  const resources = new AsyncDisposableStack()
  let served: Served

  beforeAll(async () => {
    served = resources.use(await serve({ environment: { ISOTHERM_CORS_ORIGINS: dashboard } }))
    return () => resources.disposeAsync()
  })

  afterEach(() => void takeCalls(served.sandbox))

  function post(body: Asked, headers: Readonly<Record<string, string>>): Promise<Response> {
    return fetch(`${served.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': sentId, ...headers },
      body: JSON.stringify(body),
    })
  }

  const listed = { origin: dashboard, 'sec-fetch-site': 'cross-site' }
  const isTold = {
    'access-control-allow-origin': dashboard,
    'access-control-expose-headers':
      'Content-Range, ETag, Isotherm-Sandbox, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Cost-Actual, X-Cost-Estimated, X-Cost-Max, X-Request-Id',
  }

  interface Way {
    readonly name: string
    readonly ask: (body: Asked, accept: string) => Promise<Response>
    /** Where its headers differ from those of a plain POST. */
    readonly headers?: Readonly<Record<string, string>>
    /** The same of a response that is one piece of JSON. */
    readonly wholeHeaders?: Readonly<Record<string, string>>
  }

  const ways: readonly Way[] = [
    { name: 'by POST', ask: (body, accept) => post(body, { accept }) },
    {
      name: 'for a page of a listed origin',
      ask: (body, accept) => post(body, { accept, ...listed }),
      headers: isTold,
    },
    {
      name: 'by GET, whose response no cache keeps, or by the headers that decide it',
      ask: ({ query, variables }, accept) => {
        const json = variables && { variables: JSON.stringify(variables) }
        return fetch(`${served.origin}/graphql?${new URLSearchParams({ query, ...json })}`, {
          headers: { accept, 'x-request-id': sentId },
        })
      },
      headers: {
        vary: 'accept, authorization, isotherm-account, isotherm-explain, origin, apollo-federation-include-trace, sec-fetch-site',
      },
      wholeHeaders: { 'cache-control': 'no-store' },
    },
    {
      name: 'traced',
      ask: (body, accept) => post(body, { accept, 'apollo-federation-include-trace': 'ftv1' }),
    },
    {
      name: 'as often as it takes to compile it',
      ask: async (body, accept) => {
        for (let run = 1; run <= 3; run++) await (await post(body, { accept })).text()
        return post(body, { accept })
      },
    },
  ]

  const byId = 'query ($id: ID!) { location(by: { id: $id }) { id name } }'
  const operations: readonly (readonly [what: string, body: Asked])[] = [
    ['one that is right', { query: '{ locations(first: 1) { nodes { id } } }' }],
    ['one with variables', { query: byId, variables: { id: 'oxford-street' } }],
    ['one that finds nothing', { query: byId, variables: { id: 'nowhere' } }],
    ['one whose variable is missing', { query: byId }],
    ['one whose variable does not fit', { query: byId, variables: { id: {} } }],
    ['one of an unknown field', { query: '{ nothing }' }],
    ['one that does not parse', { query: '{ locations' }],
    ['one that is too deep', { query: `{ a: ${'nodes { '.repeat(60)} id ${'}'.repeat(60)} }` }],
    [
      'one that costs too much',
      { query: '{ nodes(ids: ["x"]) { id } locations(first: 5001) { nodes { id } } }' },
    ],
    [
      'one of a vendor',
      { query: '{ website(by: { id: "shop" }) { heatmaps(first: 1) { nodes { name } } } }' },
    ],
    ['one that a vendor refuses', { query: '{ pageHeatmap(projectId: "1", id: "nowhere") { url } }' }],
    [
      'one with a deferred part',
      { query: '{ providers { name } ... @defer { locations(first: 2) { nodes { id } } } }' },
    ],
    [
      'one with streamed rows',
      { query: '{ locations(first: 3) { nodes @stream(initialCount: 1) { id } } }' },
    ],
  ]

  describe.each(operations)('%s', (_what, body) => {
    test.each([
      ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
      ['application/json', 'application/json; charset=utf-8'],
      ['multipart/mixed', 'multipart/mixed; boundary="-"'],
      ['text/event-stream', 'text/event-stream'],
    ])('is answered the same as %s: status, headers and body', async (accept, type) => {
      const isWhole = accept.startsWith('application/')
      const [plain] = ways
      const { headers: usual, ...first } = await outcomeOf(await plain?.ask(body, accept))
      expect(first.results.some(({ data, errors }) => data ?? errors)).toBe(true)
      expect(usual).toEqual({
        'content-type': type,
        vary: 'Origin',
        'x-request-id': sentId,
        ...(!isWhole && { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' }),
      })
      for (const { name, ask, headers, wholeHeaders } of ways) {
        const outcome = await outcomeOf(await ask(body, accept))
        const expected = { ...usual, ...headers, ...(isWhole && wholeHeaders) }
        expect({ name, ...outcome }).toEqual({ name, ...first, headers: expected })
      }
    })
  })

  /** What any connection has, and what is said of the body as it is sent. */
  const ofTransport = ['connection', 'date', 'keep-alive', 'transfer-encoding', 'content-length']

  async function outcomeOf(response: Response | undefined) {
    if (!response) return expect.unreachable('there is a way')
    const headers = Object.fromEntries([...response.headers].filter(([name]) => !ofTransport.includes(name)))
    const { 'server-timing': timing = 'total;dur=0', ...compared } = headers
    expect(timing).toMatch(/^total;dur=[\d.]+(, upstream;dur=[\d.]+)?$/)
    const text = await response.text()
    const length = response.headers.get('content-length') ?? Buffer.byteLength(text)
    expect(Number(length)).toBe(Buffer.byteLength(text))
    const results = headers['content-type']?.startsWith('application/')
      ? [JSON.parse(text)]
      : [...text.matchAll(/^(?:data: )?(\{.*\})$/gm)].map(([, json = '']) => JSON.parse(json))
    return { status: response.status, headers: compared, results: results.map(withoutTrace) }
  }

  /** Without the trace, which is asked for, what is left of a quota, and how long the emulator's response was. */
  function withoutTrace({ extensions, ...result }: Told) {
    const { ftv1: _trace, upstream, ...kept } = extensions ?? {}
    const costs = Object.entries(upstream ?? {}).map(([name, cost]) => [
      name,
      { ...cost, quotaLeft: null, bytes: null },
    ])
    const told = { ...kept, ...(upstream && { upstream: Object.fromEntries(costs) }) }
    return Object.keys(told).length > 0 ? { ...result, extensions: told } : result
  }
})
