import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { LocationChoice, Question } from '../../../src/providers/analytiks/client.ts'
import { type AnalytiksEmulator, serveAnalytiks } from '../../../src/sandbox/analytiks.ts'
import { failureOf, onlyOnce, type Wiring, wire } from '../../support/wiring.ts'

const june: Question = {
  span: { form: 'utc', start: Date.UTC(2025, 5, 2), end: Date.UTC(2025, 5, 3) },
  step: 'hourly',
}
const exampleSpan: Question = {
  span: { form: 'utc', start: Date.UTC(2023, 5, 8, 11, 30), end: Date.UTC(2023, 5, 8, 23, 45) },
  step: '15min',
}
const callContext = { signal: new AbortController().signal }
const refused = { locations: [99] }

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

describe('the token', () => {
  test('is shared by all calls of an account', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const client = account.client('analytiks')
    await Promise.all([
      client.whole(june, { locations: [1] }, callContext),
      client.partial(june, { locations: [2] }, callContext),
      client.page(june, 1234, undefined, callContext),
    ])
    await client.whole(june, { locations: [3] }, callContext)
    expect(costs(emulator)).toEqual({ tokens: 1, exports: 4 })
  })

  test('is renewed when three quarters of its life are over', async () => {
    const now = Date.UTC(2025, 6, 1)
    vi.useFakeTimers({ toFake: ['Date'], now })
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    await whole(account)
    vi.setSystemTime(now + 64_799_000)
    await whole(account)
    expect(costs(emulator).tokens).toBe(1)
    vi.setSystemTime(now + 64_800_000)
    await whole(account)
    expect(costs(emulator)).toEqual({ tokens: 2, exports: 3 })
  })

  test('that is revoked is renewed once for all refused calls, which then succeed', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    await whole(account)
    emulator.revokeTokens()
    const answers = await Promise.all([1, 2, 3, 4].map(location => whole(account, { locations: [location] })))
    expect(answers.map(([row]) => row?.locationId)).toEqual([1, 2, 3, 4])
    expect(costs(emulator)).toEqual({ tokens: 2, exports: 9 })
  })

  test('that is refused costs the bytes of both responses, and none of its own', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const route = 'POST /json/v1'
    emulator.journal.script({ route, answer: { status: 401, body: 'refused' }, times: 1 })
    emulator.journal.script({ route, answer: { body: '[]' } })
    const sizes: number[] = []
    const received = (bytes: number) => sizes.push(bytes)
    await account.client('analytiks').whole(june, { locations: [1] }, { ...callContext, received })
    expect(sizes).toEqual([7, 2])
    expect(costs(emulator)).toEqual({ tokens: 2, exports: 2 })
  })

  test.each([
    ['v1', (account: Wiring) => account.client('analytiks').whole(june, refused, callContext)],
    ['v2', (account: Wiring) => account.client('analytiks').partial(june, refused, callContext)],
    ['v3', (account: Wiring) => account.client('analytiks').page(june, 9999, undefined, callContext)],
  ])('is not renewed again and again for refused locations: %s', async (_, ask) => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    for (const _ of [1, 2, 3]) {
      const error = await failureOf(ask(account))
      expect(error).toMatchObject({ code: 'UPSTREAM_FORBIDDEN', upstreamStatus: 401, retryable: false })
      expect(costs(emulator).tokens).toBe(2)
    }
    expect(costs(emulator).exports).toBe(4)
    await Promise.all([failureOf(ask(account)), failureOf(ask(account)), whole(account)])
    expect(costs(emulator)).toEqual({ tokens: 2, exports: 7 })
  })

  test('that is revoked after a location was refused is renewed at once, and only once', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    await failureOf(whole(account, refused))
    for (let round = 0; round < 3; round++) {
      emulator.journal.clear()
      emulator.revokeTokens()
      const answers = await Promise.all(
        [1, 2, 3, 4].map(location => whole(account, { locations: [location] })),
      )
      expect(answers.map(([row]) => row?.locationId)).toEqual([1, 2, 3, 4])
      expect(costs(emulator)).toEqual({ tokens: 1, exports: 8 })
    }
    expect(await failureOf(whole(account, refused))).toMatchObject({ code: 'UPSTREAM_FORBIDDEN' })
  })

  test('that is revoked while no other can be had makes the error retryable', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator, onlyOnce)
    await whole(account)
    emulator.journal.script({ route: 'POST /token', answer: { status: 503 } })
    expect(await whole(account)).toHaveLength(1)
    emulator.revokeTokens()
    for (let round = 0; round < 8; round++)
      expect(await failureOf(whole(account))).toMatchObject({ retryable: true })
    expect(costs(emulator).tokens).toBe(6)
    expect(await failureOf(whole(account))).toMatchObject({
      code: 'UPSTREAM_FORBIDDEN',
      retryAfterSeconds: 60,
      message: expect.stringContaining('does not say which'),
    })
  })

  test('is renewed a few times a minute for locations that are refused one by one', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const failures = []
    for (let location = 90; location < 99; location++)
      failures.push(await failureOf(whole(account, { locations: [location] })))
    expect(failures.map(({ retryable }) => retryable)).toEqual([
      ...Array(5).fill(false),
      ...Array(4).fill(true),
    ])
    expect(costs(emulator).tokens).toBe(6)
  })

  test('that is refused by the issuer is an error of the credentials', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator, { ANALYTIKS_CLIENT_SECRET: 'another' })
    expect(await failureOf(whole(account))).toMatchObject({
      code: 'UPSTREAM_UNAUTHENTICATED',
      upstreamStatus: 401,
    })
    expect(costs(emulator)).toEqual({ tokens: 1, exports: 0 })
  })
})

describe('a request', () => {
  test.each([
    ['export-v1-request.json', { locations: [1, 2, 3] }],
    ['export-v1-request-references.json', { brandId: 1234, referenceNumbers: ['US0658', 'FR2561'] }],
  ])("is the vendor's: %s", async (file, choice) => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    await account.client('analytiks').whole(exampleSpan, choice, callContext)
    await account.client('analytiks').partial(exampleSpan, choice, callContext)
    const body = JSON.parse(fixture(file))
    expect(emulator.journal.calls.slice(1).map(call => [call.route, call.body])).toEqual([
      ['POST /json/v1', body],
      ['POST /json/v2', body],
    ])
  })

  test('in local form has no zone in its dates', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const local: Question = { span: { ...exampleSpan.span, form: 'local' }, step: 'hourly' }
    await account.client('analytiks').page(local, 1234, undefined, callContext)
    expect(emulator.journal.calls.at(-1)?.body).toEqual({
      startDate: '2023-06-08T11:30:00.000',
      endDate: '2023-06-08T23:45:00.000',
      interval: 'hourly',
      brandId: 1234,
      cursor: null,
    })
  })
})

describe('a response', () => {
  test("from the vendor's page is read, sparse as it is", async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const [row] = await account.client('analytiks').whole(exampleSpan, { locations: [1] }, callContext)
    const [example] = JSON.parse(fixture('export-v1-response.json'))
    expect(row?.buckets.visits).toEqual(bucketsOf(example.visits))
    expect(row?.buckets.visits?.times).not.toContain(Date.UTC(2023, 5, 8, 22))
    expect(row?.buckets).toMatchObject({ bounces: null, allVisits: null, peakOccupancy: null, walkBys: null })
    expect(row?.pointsOfInterest.map(({ id, buckets }) => [id, buckets.visits, buckets.peakVisits])).toEqual(
      example.pointOfInterest.map((zone: { id: string; visits: object; peakVisits: object }) => [
        zone.id,
        bucketsOf(zone.visits),
        bucketsOf(zone.peakVisits),
      ]),
    )
  })

  test('has UTC or local time by the keys of its maps, in order of time; no map differs from an empty one', async () => {
    vi.stubEnv('TZ', 'Asia/Kolkata')
    expect(new Date(0).getHours()).toBe(5)
    const [row] = await answered([
      {
        locationId: 1,
        visits: {
          '2023-06-08T21:00:00Z': 3,
          '2023-06-08T22:00:00+02:00': 1,
          '2023-06-08T23:00:00.000Z': 0,
        },
        groupVisits: { '2023-06-08T20:30:00': 2, '2023-06-08T20:00:00.000': 4 },
        bounces: {},
        walkBys: null,
      },
    ])
    const at = (hour: number, minute = 0) => Date.UTC(2023, 5, 8, hour, minute)
    expect(row?.buckets).toMatchObject({
      visits: { times: [at(20), at(21), at(23)], values: [1, 3, 0], zoned: true },
      groupVisits: { times: [at(20), at(20, 30)], values: [4, 2], zoned: false },
      bounces: { times: [], values: [] },
      walkBys: null,
      dwellTime: null,
    })
    expect(row).toMatchObject({ locationId: 1, referenceNumber: null, pointsOfInterest: [] })
  })

  test('may have unknown fields, and a reference that is a number', async () => {
    const [row] = await answered([{ locationId: 1, referenceNumber: 4711, queueLength: { a: 'b' } }])
    expect(row).toMatchObject({ locationId: 1, referenceNumber: '4711' })
  })

  test('may have no other reference than a text or a number', async () => {
    for (const referenceNumber of [{ text: '4711' }, ['4711'], true])
      expect(await failureOf(answered([{ locationId: 1, referenceNumber }]))).toMatchObject({
        code: 'UPSTREAM_INVALID_RESPONSE',
      })
  })

  test.each([[{}], [[]], [null]])('of v2 refuses no location with the failures %j', async failures => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const body = { successes: [{ locationId: 1 }], failures }
    emulator.journal.script({ route: 'POST /json/v2', answer: { body } })
    const { successes, refused } = await account
      .client('analytiks')
      .partial(june, { locations: [1] }, callContext)
    expect(successes.map(({ locationId }) => locationId)).toEqual([1])
    expect(refused).toEqual([])
  })

  test('may have buckets that are null, as metrics may: nothing was reported of them', async () => {
    const visits = { '2023-06-08T20:00:00Z': 1, '2023-06-08T21:00:00Z': null, '2023-06-08T22:00:00Z': 3 }
    const [row] = await answered([{ locationId: 1, visits, bounces: { '2023-06-08T21:00:00Z': null } }])
    expect(row?.buckets.visits).toEqual(bucketsOf({ '2023-06-08T20:00:00Z': 1, '2023-06-08T22:00:00Z': 3 }))
    expect(row?.buckets.bounces).toEqual(bucketsOf({}))
  })

  test.each([
    ['a key that is no date', { '8 o’clock': 1 }],
    ['a count that is no number', { '2023-06-08T20:00:00Z': 'many' }],
    ['a count below zero', { '2023-06-08T20:00:00Z': -1 }],
    ['a fraction', { '2023-06-08T20:00:00Z': 0.5 }],
    ['a map in both forms', { '2023-06-08T20:00:00Z': 1, '2023-06-08T21:00:00': 2 }],
    ['a map that is a list', [1, 2]],
  ])('with %s is rejected as a whole', async (_, visits) => {
    const error = await failureOf(answered([{ locationId: 1, visits }]))
    expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', upstreamStatus: 200 })
  })

  test('of v1 is all or nothing, of v2 the allowed and the refused locations', async () => {
    await using emulator = await serveAnalytiks()
    await using account = wire(emulator)
    const client = account.client('analytiks')
    const choice = { locations: [1, 99, 7, 4711] }
    expect(await failureOf(client.whole(june, choice, callContext))).toMatchObject({
      code: 'UPSTREAM_FORBIDDEN',
    })
    const partial = await client.partial(june, choice, callContext)
    expect(partial.successes.map(row => row.locationId)).toEqual([1, 7])
    expect(partial.refused).toEqual(['99', '4711'])
    const byReference = { brandId: 1234, referenceNumbers: ['US0658', 'XX0000'] }
    expect((await client.partial(june, byReference, callContext)).refused).toEqual(['XX0000'])
    expect((await client.partial(june, { locations: [1] }, callContext)).refused).toEqual([])
  })
})

function whole(account: Wiring, choice: LocationChoice = { locations: [1] }) {
  return account.client('analytiks').whole(june, choice, callContext)
}

/** What the client returns for a v1 response. */
async function answered(body: unknown) {
  await using emulator = await serveAnalytiks()
  await using account = wire(emulator)
  emulator.journal.script({ route: 'POST /json/v1', answer: { body } })
  return await whole(account)
}

function bucketsOf(map: object) {
  return { times: Object.keys(map).map(Date.parse), values: Object.values(map), zoned: true }
}

function costs({ journal }: AnalytiksEmulator) {
  const tokens = journal.count('POST /token')
  return { tokens, exports: journal.count() - tokens }
}

function fixture(file: string): string {
  return readFileSync(new URL(`../../fixtures/analytiks/${file}`, import.meta.url), 'utf8')
}
