import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scope, scopes } from '../../src/access/scopes.ts'
import { callsOf } from '../support/calls.ts'
import { askText } from '../support/client.ts'
import { propertyRuns } from '../support/property-runs.ts'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'
import { madeUpOperations } from './made-up-operations.ts'

let served: CallersServed

beforeAll(async () => {
  // No limit of a vendor may come between two askings.
  const now = new Date()
  const plenty = { perMinute: 10_000, perHour: 10_000, perMonth: 100_000 }
  served = await serveCallers({
    environment: { POSTHOG_PER_MINUTE: '10000', POSTHOG_PER_HOUR: '10000', ZENOVAY_PLAN: 'enterprise' },
    sandbox: { zenovay: plenty, posthog: { ...plenty, now: () => now } },
  })
})
afterAll(() => served[Symbol.asyncDispose]())

const ways = [{}, { 'apollo-federation-include-trace': 'ftv1' }]

test('whatever is asked with whichever scopes, a field is what it is with all of them, or FORBIDDEN', async () => {
  await fc.assert(
    fc.asyncProperty(
      madeUpOperations,
      fc.subarray([...scopes]),
      fc.constantFrom(...ways),
      fc.integer({ min: 1, max: 4 }),
      async (query, allowed, headers, times) => {
        const whole = await askText(served.origin, query, {}, { headers: as(scopes) })
        expect(whole.status).toBe(200)
        // From the third time on a query runs as compiled code.
        for (let time = 0; time < times; time++) {
          for (const { journal } of served.sandbox.emulators) journal.clear()
          const part = await askText(served.origin, query, {}, { headers: { ...as(allowed), ...headers } })
          const refused = part.errors.filter(({ extensions }) => extensions.code === 'FORBIDDEN')
          const paths = new Set(refused.map(({ path }) => JSON.stringify(path)))
          compare(part.data, whole.data, [], paths)
          expect(strangersAmong(callsOf(served.sandbox), allowed)).toEqual([])
          if (!allowed.includes('people:read'))
            for (const value of personal) expect(part.text).not.toContain(value)
        }
      },
    ),
    { numRuns: propertyRuns(40), endOnFailure: true },
  )
})

/** Values of the sandbox that name or describe a person; ids of sessions are told from other UUIDs by their keys. */
const personal = ['@example.com', '"female"', '"customer"', 'hedgehog']

/** Both agree, but where the caller was refused. */
function compare(
  part: unknown,
  whole: unknown,
  path: readonly (string | number)[],
  refused: ReadonlySet<string>,
): void {
  if (part === null && refused.has(JSON.stringify(path))) return
  if (Array.isArray(part) && Array.isArray(whole)) {
    expect(part).toHaveLength(whole.length)
    for (const [index, row] of part.entries()) compare(row, whole[index], [...path, index], refused)
  } else if (part instanceof Object && whole instanceof Object) {
    expect(Object.keys(part)).toEqual(Object.keys(whole))
    for (const [key, value] of Object.entries(part))
      compare(value, Reflect.get(whole, key), [...path, key], refused)
  } else expect(withoutSignature(part), path.join('.')).toEqual(withoutSignature(whole))
}

/** A link is made anew each time, with a time of its own at which it expires. */
function withoutSignature(value: unknown): unknown {
  return typeof value === 'string' && value.includes('/images/') ? 'link' : value
}

/** Calls that nothing which the caller may read needs. */
function strangersAmong(calls: ReturnType<typeof callsOf>, allowed: readonly Scope[]): readonly string[] {
  const needs: Readonly<Record<string, Scope>> = {
    analytiks: 'traffic:read',
    'aura-vision': 'heatmaps:read',
    posthog: 'heatmaps:read',
    datadog: 'snapshots:read',
    zenovay: 'pages:read',
  }
  return Object.entries(calls).flatMap(([provider, routes]) => {
    const scope = needs[provider]
    if (scope && allowed.includes(scope)) return []
    // Its list of websites is part of the catalog.
    return Object.keys(routes).filter(route => !/ \S*\/websites$/.test(route))
  })
}
