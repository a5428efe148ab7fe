import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { PostHogScope } from '../../../src/providers/posthog/client.ts'
import type { Emulator } from '../../../src/sandbox/emulator.ts'
import { servePosthog } from '../../../src/sandbox/posthog.ts'
import { madeUpHeatmaps } from '../../../src/sandbox/posthog-heatmaps.ts'
import { failureOf, type Wiring, wire } from '../../support/wiring.ts'
import { serveHttp } from '../../upstream/http/loopback.ts'

const project: PostHogScope = { kind: 'projects', id: '1' }
const environment: PostHogScope = { kind: 'environments', id: '1' }
const callContext = { signal: new AbortController().signal }
const saved = new Map(madeUpHeatmaps(new Date()).map(({ heatmap }) => [heatmap.short_id, heatmap]))
const image = async () => new Uint8Array([0xff, 0xd8])

describe.each([project, environment])('the image of a heatmap ($kind)', scope => {
  const screenshot = (account: Wiring, shortId: string, width = 1024) =>
    account.client('posthog').screenshot(scope, saved.get(shortId)?.id ?? '', width, callContext)

  test.each([
    [768, 768],
    [1024, 1024],
    [800, 768],
    [1, 768],
    [5000, 1024],
  ])('at a width of %i is the stored one of %i', async (asked, width) => {
    await using emulator = await servePosthog({ image })
    await using account = wire(emulator)
    expect(await screenshot(account, 'ownerless', asked)).toEqual({
      state: 'READY',
      contentType: 'image/jpeg',
      width,
    })
  })

  test('is rendering until its first width is stored', async () => {
    const clock = { now: new Date('2026-08-01T12:00:00Z') }
    await using emulator = await servePosthog({ image, renderSeconds: 5, now: () => clock.now })
    await using account = wire(emulator)
    expect(await screenshot(account, 'rendering')).toMatchObject({
      state: 'RENDERING',
      retryAfterSeconds: null,
      heatmap: { shortId: 'rendering', status: 'processing', renditions: [] },
    })
    clock.now = new Date('2026-08-01T12:00:05Z')
    expect(await screenshot(account, 'rendering')).toMatchObject({ state: 'READY', width: 375 })
    clock.now = new Date('2026-08-01T12:00:20Z')
    expect(await screenshot(account, 'rendering')).toMatchObject({ state: 'READY', width: 1024 })
  })

  test.each([
    ['failed', 'Screenshot provider returned status 403 for https://shop.example.com/products/3'],
    ['iframe', 'A heatmap of type iframe has no screenshot.'],
    ['recording', 'A heatmap of type recording has no screenshot.'],
    ['external', 'The image is stored outside PostHog.'],
  ])('that there will never be is told with its reason: %s', async (shortId, failure) => {
    await using emulator = await servePosthog({ image })
    await using account = wire(emulator)
    expect(await screenshot(account, shortId)).toMatchObject({
      state: 'FAILED',
      failure,
      heatmap: { id: saved.get(shortId)?.id, shortId },
    })
  })

  test.each(['deleted', 'unknown'])('of a heatmap that is %s is not found, body or none', async shortId => {
    await using emulator = await servePosthog({ image })
    await using account = wire(emulator)
    const uuid = saved.get(shortId)?.id ?? '00000000-0000-4000-8000-000000000000'
    const error = await failureOf(account.client('posthog').screenshot(scope, uuid, 1024, callContext))
    expect(error).toMatchObject({ code: 'UPSTREAM_NOT_FOUND', upstreamStatus: 404, retryable: false })
  })

  test('is asked by the key, with an Accept that the vendor does not refuse', async () => {
    await using emulator = await servePosthog({ image })
    await using account = wire(emulator)
    await screenshot(account, 'ownerless', 800)
    const [call] = emulator.journal.calls
    expect(call?.path).toBe(
      `/api/${scope.kind}/1/heatmap_screenshots/${saved.get('ownerless')?.id}/content/?width=800`,
    )
    expect(call?.headers).toMatchObject({ accept: '*/*', authorization: `Bearer ${keyOf(emulator)}` })
  })
})

test('an image is not read, however large it is', async () => {
  await using emulator = await servePosthog({ image: async () => new Uint8Array(1024 ** 2) })
  await using account = wire(emulator, { ISOTHERM_UPSTREAM_MAX_BYTES: '1024' })
  const uuid = saved.get('ownerless')?.id ?? ''
  const screenshot = () => account.client('posthog').screenshot(project, uuid, 768, callContext)
  expect(await screenshot()).toMatchObject({ state: 'READY', width: 768 })
  expect(await screenshot()).toMatchObject({ state: 'READY', width: 768 })
})

test('an image whose file name tells no width has none', async () => {
  expect(await answered({ headers: { 'content-type': 'image/webp' }, body: 'RIFF' })).toEqual({
    state: 'READY',
    contentType: 'image/webp',
    width: null,
  })
})

test.each([
  ['IMAGE/JPEG', 'image/jpeg'],
  ['image/webp; charset=utf-8', 'image/webp'],
  ['application/octet-stream', null],
  [undefined, null],
])('an image of the type %s is there', async (sent, contentType) => {
  await using server = await serveHttp((_request, response) => {
    response.writeHead(200, sent === undefined ? {} : { 'content-type': sent })
    response.end('RIFF')
  })
  await using emulator = await servePosthog()
  await using account = wire(emulator, { POSTHOG_HOST: server.url.origin })
  const screenshot = await account.client('posthog').screenshot(project, 'a', 1024, callContext)
  expect(screenshot).toEqual({ state: 'READY', contentType, width: null })
})

test.each([null, ''])('a render that failed with the exception %j says so in a sentence', async exception => {
  const body = { ...JSON.parse(fixture('screenshot-202.json')), status: 'failed', exception }
  expect(await answered({ status: 202, body })).toMatchObject({
    state: 'FAILED',
    failure: 'PostHog gave up rendering and told no reason.',
  })
})

test('a render may tell when to come back', async () => {
  const body = JSON.parse(fixture('screenshot-202.json'))
  expect(await answered({ status: 202, headers: { 'retry-after': '7' }, body })).toMatchObject({
    state: 'RENDERING',
    retryAfterSeconds: 7,
  })
})

test('a render that tells to come back after more seconds than 32 bits hold tells nothing', async () => {
  const body = JSON.parse(fixture('screenshot-202.json'))
  expect(await answered({ status: 202, headers: { 'retry-after': '9999999999' }, body })).toMatchObject({
    state: 'RENDERING',
    retryAfterSeconds: null,
  })
})

test('of headers that were sent twice the first counts', async () => {
  await using server = await serveHttp((_request, response) => {
    const types = ['content-type', 'image/webp', 'content-type', 'text/html']
    const file = 'inline; filename="screenshot-a-375.jpg"'
    response.writeHead(200, [...types, 'content-disposition', file, 'content-disposition', 'inline'])
    response.end('RIFF')
  })
  await using emulator = await servePosthog()
  await using account = wire(emulator, { POSTHOG_HOST: server.url.origin })
  expect(await account.client('posthog').screenshot(project, 'a', 1024, callContext)).toEqual({
    state: 'READY',
    contentType: 'image/webp',
    width: 375,
  })
})

test('a width that 32 bits do not hold is none', async () => {
  const headers = {
    'content-type': 'image/jpeg',
    'content-disposition': 'inline; filename="screenshot-a-2147483648.jpg"',
  }
  expect(await answered({ headers, body: '' })).toMatchObject({ state: 'READY', width: null })
})

test.each([
  { id: 'a', target_widths: [2147483648] },
  { id: 'a', snapshots: [{ width: 2147483648 }] },
])('metadata of a width that 32 bits do not hold is no answer: %j', async body => {
  await using emulator = await servePosthog()
  await using account = wire(emulator)
  emulator.journal.script({ answer: { body } })
  const error = await failureOf(account.client('posthog').heatmap(project, 'a', callContext))
  expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', upstreamStatus: 200 })
})

test("the vendor's documented metadata is understood", async () => {
  await using emulator = await servePosthog()
  await using account = wire(emulator)
  const uuid = '497f6eca-6276-4993-bfeb-53cbbbba6f08'
  const screenshot = await account.client('posthog').screenshot(project, uuid, 1024, callContext)
  expect(screenshot).toEqual({
    state: 'RENDERING',
    retryAfterSeconds: null,
    heatmap: {
      id: uuid,
      shortId: 'string',
      name: 'string',
      url: 'http://example.com',
      dataUrl: 'http://example.com',
      targetWidths: null,
      type: 'screenshot',
      status: 'processing',
      hasContent: true,
      renditions: [{ width: 0, hasContent: true }],
      deleted: true,
      createdBy: {
        id: '0',
        uuid: '095be615-a8ad-4c33-8e9c-c7612fbf6c9f',
        distinctId: 'string',
        firstName: 'string',
        lastName: 'string',
        email: 'user@example.com',
        isEmailVerified: true,
        hedgehogConfig: {},
        roleAtOrganization: 'engineering',
      },
      createdAt: '2019-08-24T14:15:22.000Z',
      updatedAt: '2019-08-24T14:15:22.000Z',
      exception: 'string',
      blocksConsentModals: null,
    },
  })
  const body = JSON.parse(fixture('screenshot-202.json'))
  expect(await answered({ status: 202, body })).toEqual(screenshot)
})

test('metadata may lack its author, and all that older or newer versions do not have', async () => {
  await using emulator = await servePosthog()
  await using account = wire(emulator)
  const heatmap = await account.client('posthog').heatmap(project, 'ownerless', callContext)
  expect(heatmap).toMatchObject({ shortId: 'ownerless', createdBy: null, blocksConsentModals: null })
  const body = { id: 'a', block_consent_modals: true, colour: 'red' }
  expect(await answered({ status: 202, body })).toMatchObject({
    state: 'RENDERING',
    heatmap: { id: 'a', shortId: null, renditions: null, createdAt: null, blocksConsentModals: true },
  })
})

test('a page of the list is what was asked, last updated first', async () => {
  await using emulator = await servePosthog()
  await using account = wire(emulator)
  const client = account.client('posthog')
  const all = await client.heatmaps(project, { limit: 500, offset: 0 }, callContext)
  expect(all.count).toBe(all.results.length)
  const updated = all.results.map(({ updatedAt }) => Date.parse(updatedAt ?? ''))
  expect(updated).toEqual(updated.toSorted((one, other) => other - one))
  const part = await client.heatmaps(environment, { limit: 2, offset: 3 }, callContext)
  expect(part).toEqual({ count: all.count, results: all.results.slice(3, 5) })
})

const unscoped = { POSTHOG_PERSONAL_API_KEY: 'phx_sandbox_without_scopes' }
const stranger = { POSTHOG_PERSONAL_API_KEY: 'phx_another' }

test.each([
  ['a key without the scope', unscoped, '1', 403, 'UPSTREAM_FORBIDDEN'],
  ['a project of somebody else', {}, '403', 403, 'UPSTREAM_FORBIDDEN'],
  ['another key', stranger, '1', 401, 'UPSTREAM_UNAUTHENTICATED'],
  ['an unknown project', {}, '4711', 404, 'UPSTREAM_NOT_FOUND'],
])('%s is refused', async (_, changes, id, upstreamStatus, code) => {
  await using emulator = await servePosthog()
  await using account = wire(emulator, changes)
  const page = { limit: 1, offset: 0 }
  const error = await failureOf(
    account.client('posthog').heatmaps({ kind: 'projects', id }, page, callContext),
  )
  expect(error).toMatchObject({ upstreamStatus, code })
})

test('a key that asked too often is told how long to wait', async () => {
  const now = () => new Date('2026-08-01T12:00:00Z')
  await using emulator = await servePosthog({ now, perMinute: 1 })
  await using account = wire(emulator)
  const client = account.client('posthog')
  await client.heatmap(project, 'ownerless', callContext)
  expect(await failureOf(client.heatmap(environment, 'ownerless', callContext))).toMatchObject({
    code: 'UPSTREAM_RATE_LIMITED',
    retryAfterSeconds: 60,
  })
})

/** What the client makes of an answer of the content route. */
async function answered(answer: { status?: number; headers?: Record<string, string>; body: unknown }) {
  await using emulator = await servePosthog({ image })
  await using account = wire(emulator)
  emulator.journal.script({ answer })
  return await account.client('posthog').screenshot(project, 'a', 1024, callContext)
}

function keyOf({ environment }: Emulator): string | undefined {
  return environment.POSTHOG_PERSONAL_API_KEY
}

function fixture(file: string): string {
  return readFileSync(new URL(`../../fixtures/posthog/${file}`, import.meta.url), 'utf8')
}
