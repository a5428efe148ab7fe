import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Reply } from '../../../src/sandbox/emulator.ts'
import { sites } from '../../../src/sandbox/world.ts'
import { serveZenovay } from '../../../src/sandbox/zenovay.ts'
import { failureOf, type Wiring, wire } from '../../support/wiring.ts'

const shop = sites[0]?.zenovayId ?? ''
const callContext = { signal: new AbortController().signal }
const now = () => new Date('2026-02-07T12:00:00Z')

afterEach(() => {
  vi.useRealTimers()
})

describe.each([1, 2, 3] as const)('errors of shape %i', errorShape => {
  test('tell the wait of this minute', async () => {
    await using emulator = await serveZenovay({ now, errorShape, perMinute: 1 })
    await using account = wire(emulator)
    await pages(account)
    await using other = wire(emulator)
    expect(await failureOf(pages(other))).toMatchObject({
      code: 'UPSTREAM_RATE_LIMITED',
      provider: 'zenovay',
      retryable: true,
      retryAfterSeconds: 60,
      upstreamStatus: 429,
    })
  })

  test('tell the quota of the month apart, which is not worth a retry before it is reset', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: now() })
    await using emulator = await serveZenovay({ now, errorShape, perMonth: 1 })
    await using account = wire(emulator)
    await pages(account)
    await using other = wire(emulator)
    expect(await failureOf(pages(other))).toMatchObject({
      code: 'UPSTREAM_QUOTA_EXHAUSTED',
      provider: 'zenovay',
      retryable: false,
      retryAfterSeconds: (Date.UTC(2026, 2, 1) - now().getTime()) / 1000,
      upstreamStatus: 429,
    })
  })

  test('tell credentials, plans and websites apart', async () => {
    await using emulator = await serveZenovay({ errorShape })
    await using account = wire(emulator)
    await using stranger = wire(emulator, { ZENOVAY_API_KEY: 'zv_another' })
    await using free = await serveZenovay({ errorShape, freePlan: true })
    await using freeAccount = wire(free)
    const foreign = 'e5f6a7b8-c9d0-4234-9f01-345678901234'
    const unknown = '00000000-0000-4000-8000-000000000000'
    const failures = await Promise.all(
      [
        pages(stranger),
        pages(freeAccount),
        pages(account, foreign),
        pages(account, unknown),
        pages(account, 'shop'),
      ].map(failureOf),
    )
    expect(failures.map(error => [error.upstreamStatus, error.code])).toEqual([
      [401, 'UPSTREAM_UNAUTHENTICATED'],
      [403, 'UPSTREAM_FORBIDDEN'],
      [403, 'UPSTREAM_FORBIDDEN'],
      [404, 'UPSTREAM_NOT_FOUND'],
      [400, 'UPSTREAM_REJECTED'],
    ])
    const [, ofPlan, ofWebsite] = failures.map(({ message }) => message)
    expect(ofPlan).toMatch(/ plan /)
    expect(ofWebsite).not.toMatch(/ plan /)
  })
})

describe('the wait', () => {
  const text = 'Rate limit exceeded. Try again in 42 seconds.'
  const nested = { message: text, code: 'rate_limit_exceeded', retry_after: 30 }

  test.each<[string, Reply, number | undefined]>([
    ['the header', { headers: { 'retry-after': '20' }, body: { error: nested } }, 20],
    ['the body where no header tells', { body: { error: nested } }, 30],
    ['the body of a text number', { body: { error: { ...nested, retry_after: '31' } } }, 31],
    ['the text where nothing else does', { body: { success: false, error: { message: text } } }, 42],
    ['the text where the body is empty', { body: { error: { ...nested, retry_after: null } } }, 42],
    ['the text where the body is odd', { body: { error: { ...nested, code: 429, retry_after: [] } } }, 42],
    ['the text of one second', { body: { error: 'Try again in 1 second', code: 'RATE_LIMIT_EXCEEDED' } }, 1],
    ['nobody', { body: { error: { message: 'Rate limit exceeded' } } }, undefined],
    ['nobody, as it is too long', { body: { error: { retry_after: 9999999999 } } }, undefined],
    ['nobody, as it is no JSON', { body: text }, undefined],
    ['nobody, as it is another shape', { body: [text] }, undefined],
  ])('is told by %s', async (_, reply, retryAfterSeconds) => {
    const error = await failed({ status: 429, ...reply })
    expect(error).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED', retryable: true, retryAfterSeconds })
  })

  test.each<[string, Reply, number | undefined]>([
    ['a time', { headers: { 'x-ratelimit-reset': '1770465607' } }, 7],
    ['a time that has passed', { headers: { 'x-ratelimit-reset': '1770465599' } }, 0],
    ['no time of now', { headers: { 'x-ratelimit-reset': '7' } }, undefined],
    ['text', { headers: { 'x-ratelimit-reset': 'soon' } }, undefined],
    ['further than a minute', { headers: { 'x-ratelimit-reset': '1770469200' } }, 60],
    ['less than the body', { headers: { 'x-ratelimit-reset': '1770465607' }, body: { error: nested } }, 30],
  ])('is that of the reset where nothing else tells it, here %s', async (_, reply, retryAfterSeconds) => {
    vi.useFakeTimers({ toFake: ['Date'], now: now() })
    expect(await failed({ status: 429, body: '', ...reply })).toMatchObject({ retryAfterSeconds })
  })

  test('for the next minute ends at the reset, where others used up this one', async () => {
    await using emulator = await serveZenovay()
    await using account = wire(emulator)
    const reset = Math.floor(Date.now() / 1000) + 2
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${reset}` }
    emulator.journal.script({ answer: { headers, body: fixture('heatmap-pages.json') }, times: 1 })
    await pages(account)
    expect(await pages(account)).toHaveLength(5)
    expect(Date.now()).toBeGreaterThanOrEqual(reset * 1000)
  })

  test('is not that of the reset where the minute is not used up', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: now() })
    const headers = { 'x-ratelimit-reset': '1770465607' }
    expect(await failed({ status: 403, headers })).toMatchObject({ retryAfterSeconds: undefined })
  })

  test.each<[string, Record<string, string>, number | undefined]>([
    ['its reset', { 'x-usage-reset': '2026-02-07T13:00:00Z' }, 3600],
    ['its reset under the other name', { 'x-usage-monthly-reset': '2026-02-07T12:30:00Z' }, 1800],
    ['a reset that has passed', { 'x-usage-reset': '2026-02-07T11:00:00Z' }, 0],
    ['a plain wait without a reset', { 'retry-after': '3600' }, 3600],
    ['nothing', {}, undefined],
    ['a reset that is no date', { 'x-usage-reset': 'soon' }, undefined],
    ['a reset that is too far', { 'x-usage-reset': '9999-12-31T23:59:59Z' }, undefined],
  ])('for the next month is told by %s', async (_, headers, retryAfterSeconds) => {
    vi.useFakeTimers({ toFake: ['Date'], now: now() })
    const body = { success: false, error: { message: 'Limit reached', code: 'MONTHLY_LIMIT_EXCEEDED' } }
    const error = await failed({ status: 429, headers, body })
    expect(error).toMatchObject({ code: 'UPSTREAM_QUOTA_EXHAUSTED', retryable: false, retryAfterSeconds })
  })

  test('for the next month is known by its code, whatever else the body holds', async () => {
    const body = { error: { message: null, code: 'MONTHLY_LIMIT_EXCEEDED', retry_after: 'next month' } }
    expect(await failed({ status: 429, body })).toMatchObject({ code: 'UPSTREAM_QUOTA_EXHAUSTED' })
  })

  test.each([
    ['error-shape-2.json', 429, { code: 'UPSTREAM_RATE_LIMITED', retryAfterSeconds: 42 }],
    ['error-shape-3.json', 403, { code: 'UPSTREAM_FORBIDDEN', retryable: false }],
    ['error-500.json', 500, { code: 'UPSTREAM_UNAVAILABLE', retryable: true }],
  ])("is read from the vendor's example %s", async (file, status, expected) => {
    expect(await failed({ status, body: fixture(file) })).toMatchObject(expected)
  })
})

describe('an answer', () => {
  test("of the vendor's page is understood", async () => {
    await using emulator = await serveZenovay()
    await using account = wire(emulator)
    emulator.journal.script({ answer: { body: fixture('heatmap-pages.json') } })
    const [first, ...rest] = await pages(account)
    expect(first).toEqual({
      path: '/',
      totalInteractions: 12543,
      lastInteractionAt: '2026-02-07T14:30:00.000Z',
    })
    expect(rest.map(page => page.path)).toEqual(['/pricing', '/features', '/signup'])
  })

  test('is asked by the key, for as many pages as are wanted', async () => {
    await using emulator = await serveZenovay({ now })
    await using account = wire(emulator)
    expect(await pages(account, shop, 100)).toHaveLength(100)
    const [call] = emulator.journal.calls
    expect(call?.path).toBe(`/api/external/v1/heatmaps/${shop}/pages?limit=100`)
    expect(call?.headers['x-api-key']).toBe(emulator.environment.ZENOVAY_API_KEY)
  })

  test.each([
    ['header', { 'x-api-key': 'zv_sandbox_zenovay', authorization: undefined }],
    ['bearer', { 'x-api-key': undefined, authorization: 'Bearer zv_sandbox_zenovay' }],
  ])('is asked with the key where the vendor takes it: ZENOVAY_AUTH=%s', async (auth, headers) => {
    await using emulator = await serveZenovay()
    await using account = wire(emulator, { ZENOVAY_AUTH: auth })
    expect(await pages(account)).toHaveLength(5)
    const [call] = emulator.journal.calls
    expect({ 'x-api-key': undefined, authorization: undefined, ...call?.headers }).toMatchObject(headers)
  })

  test('that says that it is no success is refused, whatever its status', async () => {
    const body = { success: false, data: { pages: [] }, error: { message: 'no', code: 'GENERIC_ERROR' } }
    expect(await failed({ status: 200, body })).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE' })
  })

  test('lists every website with its origin', async () => {
    await using emulator = await serveZenovay()
    await using account = wire(emulator)
    const client = account.client('zenovay')
    const websites = await client.websites(callContext)
    expect(websites.map(({ id, origin }) => [id, origin])).toEqual([
      ...sites.map(site => [site.zenovayId, site.origin]),
      ['d4e5f6a7-b8c9-4123-8ef0-234567890123', 'https://status.example.com'],
    ])
  })

  test.each([
    ['https://a.example.com/', 'https://a.example.com'],
    ['http://b.example.com:8080/c', 'http://b.example.com:8080'],
    ['HTTPS://C.example.com', 'https://c.example.com'],
    ['d.example.com', 'https://d.example.com'],
    ['e.example.org:8443', 'https://e.example.org:8443'],
    ['localhost:3000', 'https://localhost:3000'],
    ['Example.com/blog', 'https://example.com'],
    ['example.com/?next=https://other.example.com', 'https://example.com'],
    ['two words', null],
    ['', null],
    ['mailto:somebody@example.com', null],
    ['ftp://example.com', null],
    ['file:///etc/passwd', null],
    [null, null],
    [undefined, null],
  ])('tells the origin of a website whose domain is "%s": %s', async (domain, origin) => {
    await using emulator = await serveZenovay()
    await using account = wire(emulator)
    emulator.journal.script({ answer: { body: { data: { websites: [{ id: shop, domain }] } } } })
    expect(await account.client('zenovay').websites(callContext)).toEqual([{ id: shop, name: null, origin }])
  })
})

function pages(account: Wiring, websiteId = shop, limit = 5) {
  return account.client('zenovay').pages(websiteId, limit, callContext)
}

/** What the client makes of an answer that it cannot use. */
async function failed(answer: Reply) {
  await using emulator = await serveZenovay()
  await using account = wire(emulator)
  emulator.journal.script({ answer })
  return await failureOf(pages(account))
}

function fixture(file: string): string {
  return readFileSync(new URL(`../../fixtures/zenovay/${file}`, import.meta.url), 'utf8')
}
