import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/emulator.ts'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

const range = '{ start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" }'

/** A question to each provider; the number makes it one of its own. */
const questions = {
  analytiks: (number: number) =>
    `location(by: { analytiksId: "${(number % 4) + 1}" }) { traffic(range: { utc: ${range} }) { total } }`,
  'aura-vision': (number: number) => {
    const day = String((number % 9) + 1).padStart(2, '0')
    const [start, end] = [`2025-06-${day}T00:00:00Z`, `2025-06-${day}T12:00:00Z`]
    return `location(by: { id: "oxford-street" }) { heatmaps(range: { start: "${start}", end: "${end}" }, types: [PATH]) { type } }`
  },
  datadog: (number: number) => `snapshots(viewName: "/view/${number}") { id }`,
} as const
const providers = ['analytiks', 'aura-vision', 'datadog'] as const

const routes: readonly (readonly [(typeof providers)[number], string])[] = [
  ['analytiks', 'POST /token'],
  ['analytiks', 'POST /json/v2'],
  ['aura-vision', 'POST /oauth/token'],
  ['aura-vision', 'connect'],
  ['aura-vision', 'detail/list'],
  ['datadog', 'GET /api/v2/replay/heatmap/snapshots'],
]

const faults = fc.tuple(
  fc.constantFrom(...routes),
  fc.constantFrom<Fault>({ answer: { status: 401 } }, { answer: { status: 503 } }, { cut: true }),
  fc.integer({ min: 1, max: 3 }),
)
const request = fc.array(fc.tuple(fc.constantFrom(...providers), fc.nat(8)), { minLength: 1, maxLength: 4 })

test('what emulators count is what requests were told: made, repeated and tokens, whatever fails', async () => {
  await using served = await serve({ environment: { ISOTHERM_UPSTREAM_TIMEOUT_MS: '60000' } })
  const { sandbox } = served
  const journals = {
    analytiks: sandbox.analytiks.journal,
    'aura-vision': sandbox['aura-vision'].journal,
    datadog: sandbox.datadog.journal,
  }
  const ask = async (asked: readonly (readonly [(typeof providers)[number], number])[]) => {
    const fields = asked.map(([provider, number], index) => `f${index}: ${questions[provider](number)}`)
    return (await askText(served.origin, `{ ${fields.join(' ')} }`)).upstream
  }
  const property = fc.asyncProperty(
    fc.array(faults, { maxLength: 4 }),
    fc.boolean(),
    fc.array(request, { minLength: 1, maxLength: 3 }),
    async (scripted, isRevoked, requests) => {
      for (const journal of Object.values(journals)) journal.clear()
      for (const [[provider, route], fault, times] of scripted)
        journals[provider].script({ ...fault, route, times })
      if (isRevoked) sandbox.analytiks.revokeTokens()
      const told = await Promise.all(requests.map(ask))
      for (const provider of providers) {
        const costs = told.flatMap(upstream => upstream[provider] ?? [])
        const sent = costs.reduce((sum, { made, repeated, tokens }) => sum + made + repeated + tokens, 0)
        // Opening a socket is no call.
        const connects = journals[provider].count('connect')
        const arrived = journals[provider].count() - connects
        // What was sent on a socket beside the question that it was cut for may never have arrived.
        const cuts = scripted.map(([[, route], fault, times]) =>
          provider === 'aura-vision' && route === 'detail/list' && fault.cut ? times : 0,
        )
        const beside = requests.flat().filter(([asked]) => asked === provider).length - 1
        const mostLost = cuts.reduce((sum, times) => sum + times * Math.max(0, beside), 0)
        expect(sent, provider).toBeGreaterThanOrEqual(arrived)
        expect(sent, provider).toBeLessThanOrEqual(arrived + mostLost)
        for (const { planned, made, shared, cached } of costs)
          expect(made + shared + cached).toBeLessThanOrEqual(planned)
      }
    },
  )
  await fc.assert(property, { numRuns: 60 })
})

test('a revoked token costs one call more and one token, beside the calls that were planned', async () => {
  await using served = await serve()
  const { analytiks } = served.sandbox
  const query = `{ ${questions.analytiks(0)} }`
  expect((await askText(served.origin, query)).upstream.analytiks).toMatchObject({
    planned: 1,
    made: 1,
    repeated: 0,
    tokens: 1,
  })
  analytiks.revokeTokens()
  const { errors, upstream } = await askText(served.origin, query)
  expect(errors).toEqual([])
  expect(upstream.analytiks).toMatchObject({ planned: 1, made: 1, repeated: 1, tokens: 1 })
})
