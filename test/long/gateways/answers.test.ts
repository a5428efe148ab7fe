import { beforeAll, describe, expect, test } from 'vitest'
import { callsOf } from '../../support/calls.ts'
import { askText } from '../../support/client.ts'
import { installMilliseconds } from '../../support/foreign-package.ts'
import { type Served, serve } from '../../support/serving.ts'
import { type Gateway, gatewayNames, installGateways, linesOf, startGateway } from './guide-gateways.ts'
import { type Question, questions } from './questions.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(installGateways, installMilliseconds)
beforeAll(async () => {
  served = resources.use(await serve())
  // Tokens and sockets, which are kept.
  for (const question of questions) if (!question.fault) await answerOf(served.origin, question)
  return () => resources.disposeAsync()
})

/** What gateways say otherwise than Isotherm, and why. Calls upstream are the same in all cases. */
const differences: Readonly<Record<string, { readonly why: string; readonly failure: object }>> = {
  'Hive Gateway: two ways to name one thing': ownRefusal(),
  'Hive Gateway: no way to name a thing': ownRefusal(),
  'A stitched graph: two ways to name one thing': ownRefusal(),
  'A stitched graph: no way to name a thing': ownRefusal(),
}

function ownRefusal() {
  const why = 'It looks at variables itself, refuses them with the same sentence, and has no codes for that.'
  return { why, failure: { code: undefined } }
}

test('there are twenty questions', () => {
  expect(new Set(questions.map(({ name }) => name)).size).toBe(20)
})

describe.each(gatewayNames)('%s', name => {
  let gateway: Gateway

  beforeAll(async () => {
    gateway = resources.use(await startGateway(name, served.origin))
  }, 60_000)

  test('takes ten lines at most', async () => {
    expect(linesOf(name).trim().split('\n').length).toBeLessThanOrEqual(10)
  })

  test.each(questions)('answers $name as Isotherm does, for the same calls', async question => {
    const { failures, ...direct } = await answerOf(served.origin, question)
    const { failure } = differences[`${name}: ${question.name}`] ?? {}
    const expected = { ...direct, failures: failures.map(one => ({ ...one, ...failure })) }
    expect(await answerOf(gateway.origin, question)).toEqual(expected)
  })

  test.each(['{}', '{ id: "ginza", analytiksId: "1" }', '{ id: null }'])(
    'lets nobody name a location by %s, whoever notices',
    async by => {
      const query = `{ location(by: ${by}) { id } }`
      const { data, failures, calls } = await answerOf(gateway.origin, { name: by, query })
      expect({ data, calls }).toEqual({ data: null, calls: {} })
      expect(failures).toHaveLength(1)
      expect(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']).toContain(failures[0]?.code)
    },
  )
})

/** What comes of a question: its data, its failures in any order, and the calls that it cost. */
async function answerOf(origin: string, { query, variables, fault }: Question) {
  const { emulators } = served.sandbox
  if (fault) served.sandbox[fault[0]].journal.script(fault[1])
  const isGateway = origin !== served.origin
  const { data, errors } = await askText<object | undefined>(origin, query, variables, { isGateway })
  const calls = callsOf(served.sandbox)
  for (const { journal } of emulators) journal.clear()
  // Of a request that is refused as a whole, gateways make an answer whose fields are null.
  const refused = Object.values(data ?? {}).every(value => value === null)
  const failures = errors.map(({ message, path, extensions: { code, provider } = {} }) => ({
    message,
    path: refused ? undefined : path,
    code,
    provider,
  }))
  return {
    data: refused ? null : data,
    failures: failures.toSorted((one, other) => String(one.path).localeCompare(String(other.path))),
    calls,
  }
}
