import { expect } from 'vitest'
import type { Environment } from '../../src/config/environment.ts'
import type { Fault, Reply } from '../../src/sandbox/emulator.ts'
import type { ProviderName, UpstreamErrorCode } from '../../src/upstream/error.ts'

/** One way in which a provider fails, or a part of it, and what callers are told of it. */
export interface Outage {
  readonly provider: ProviderName
  /** Ends a sentence that starts with the provider's name. */
  readonly what: string
  /** Variables that are other than the emulator's. */
  readonly environment: Environment
  readonly faults: readonly Fault[]
  /** The fields of `failure-everything.graphql` that are null then. */
  readonly fields: readonly string[]
  /** The extensions of each of their errors, whole. */
  readonly extensions: Told
}

interface Told {
  readonly code: UpstreamErrorCode
  readonly provider: ProviderName
  readonly retryable: boolean
  readonly retryAfterSeconds?: number
  readonly upstreamStatus?: number
  readonly upstreamRequestId?: unknown
}

/** Stand in whatever is scripted or set wrong here, and must not come out again. */
export const planted = {
  words: 'planted-words',
  header: 'planted-header',
  credential: 'planted-credential',
} as const

/** The fields of `failure-everything.graphql` that each provider answers. */
export const fieldsOf: Readonly<Record<ProviderName, readonly string[]>> = {
  'aura-vision': ['location.heatmaps'],
  posthog: ['website.heatmaps', 'website.view.heatmaps'],
  analytiks: ['location.traffic', 'location.pointsOfInterest', 'brand.traffic'],
  zenovay: ['website.views', 'website.view.totalInteractions'],
  datadog: ['website.view.snapshots', 'snapshots'],
}

/** What may fail by itself. */
interface Part {
  readonly provider: ProviderName
  readonly called: string
  /** All when there are none. */
  readonly routes?: readonly string[]
  readonly fields?: readonly string[]
}

const zenovay: Part = { provider: 'zenovay', called: '' }
const datadog: Part = { provider: 'datadog', called: '' }
const posthog: Part = { provider: 'posthog', called: '' }
const images: Part = {
  provider: 'posthog',
  called: 'asked for an image ',
  routes: ['GET /api/projects/:project_id/heatmap_screenshots/:id/content{/}?'],
  fields: ['website.view.heatmaps.0.image'],
}
const counts: Part = {
  provider: 'analytiks',
  called: 'asked for counts ',
  routes: ['POST /json/v2', 'POST /json/v3'],
}
const analytiksToken: Part = {
  provider: 'analytiks',
  called: 'asked for a token ',
  routes: ['POST /token'],
}
const auraToken: Part = {
  provider: 'aura-vision',
  called: 'asked for a token ',
  routes: ['POST /oauth/token'],
}
const socket: Part = { provider: 'aura-vision', called: 'asked for a socket ', routes: ['connect'] }
const heatmaps: Part = { provider: 'aura-vision', called: 'asked for heatmaps ', routes: ['detail/list'] }

const upstreamRequestId = 'request-4711'
const retryHeader = { headers: { 'retry-after': '17' }, retryAfterSeconds: 17 }
const zenovayMessage = `${planted.words}. Try again in 42 seconds`
const zenovayLimit = {
  body: { success: false, error: { message: zenovayMessage, code: 'RATE_LIMIT_EXCEEDED' } },
  retryAfterSeconds: 42,
}
const datadogLimit = { headers: { 'x-ratelimit-reset': '7' }, retryAfterSeconds: 7 }
const wrong = planted.credential
const nowhere = 'http://127.0.0.1:1'
/** Long enough for whoever answers, and short enough to wait for who does not. */
const deadline = { ISOTHERM_UPSTREAM_TIMEOUT_MS: '3000' }

export const outages: readonly Outage[] = [
  ...[zenovay, datadog, posthog, images, counts, analytiksToken, auraToken, socket, heatmaps].flatMap(
    silences,
  ),
  ...refusals(zenovay, zenovayLimit),
  ...refusals(datadog, datadogLimit),
  ...refusals(posthog, retryHeader),
  ...refusals(images, retryHeader),
  ...refusals(counts, retryHeader, { 401: { code: 'UPSTREAM_FORBIDDEN' } }),
  ...refusals(analytiksToken, retryHeader, ofToken()),
  ...refusals(auraToken, retryHeader, ofToken()),
  ...refusals(socket, retryHeader, { 403: { code: 'UPSTREAM_UNAUTHENTICATED' } }),
  ...[zenovay, datadog, posthog, images, counts].flatMap(part =>
    rubbish(part, { upstreamStatus: 200, upstreamRequestId }),
  ),
  ...[analytiksToken, auraToken].flatMap(part => rubbish(part)),

  sends(`{id}|0|0|<!doctype html>${planted.words}`, 'UPSTREAM_INVALID_RESPONSE'),
  sends(`{id}|0|0|[{"location_id":"${planted.words}`, 'UPSTREAM_INVALID_RESPONSE'),
  sends(`{id}|0|0|{"rows":["${planted.words}"]}`, 'UPSTREAM_INVALID_RESPONSE'),
  sends(`<!doctype html>${planted.words}`, 'UPSTREAM_INVALID_RESPONSE'),
  sends(`{"message":"Internal server error ${planted.words}"}`, 'UPSTREAM_UNAVAILABLE'),
  sends(`{"message":"Too many requests ${planted.words}"}`, 'UPSTREAM_RATE_LIMITED'),
  sends(`{"message":"Forbidden ${planted.words}"}`, 'UPSTREAM_FORBIDDEN'),
  sends(`{"message":"Unauthorized ${planted.words}"}`, 'UPSTREAM_UNAUTHENTICATED'),

  down(zenovay, { ZENOVAY_URL: nowhere }),
  down(datadog, { DATADOG_URL: nowhere }),
  down(posthog, { POSTHOG_HOST: nowhere }),
  down(counts, { ANALYTIKS_EXPORTS_URL: nowhere }),
  down(analytiksToken, { ANALYTIKS_TOKEN_URL: nowhere }),
  down(auraToken, { AURA_VISION_ISSUER: nowhere }),
  down(socket, { AURA_VISION_URL: 'ws://127.0.0.1:1' }),

  refused(zenovay, { ZENOVAY_API_KEY: wrong }, 401, { upstreamRequestId: expect.any(String) }),
  refused(datadog, { DD_API_KEY: wrong }, 403),
  refused(datadog, { DD_APP_KEY: wrong }, 403),
  refused(posthog, { POSTHOG_PERSONAL_API_KEY: wrong }, 401),
  refused(posthog, { POSTHOG_PERSONAL_API_KEY: 'phx_sandbox_without_scopes' }, 403),
  refused(analytiksToken, { ANALYTIKS_CLIENT_ID: wrong }, 401),
  refused(analytiksToken, { ANALYTIKS_CLIENT_SECRET: wrong }, 401),
  refused(auraToken, { AURA_VISION_CLIENT_ID: wrong }, 401),
  refused(auraToken, { AURA_VISION_CLIENT_SECRET: wrong }, 401),

  missing('zenovay', ['ZENOVAY_API_KEY']),
  missing('datadog', ['DD_API_KEY', 'DD_APP_KEY']),
  missing('posthog', ['POSTHOG_PERSONAL_API_KEY']),
  missing('analytiks', ['ANALYTIKS_CLIENT_ID', 'ANALYTIKS_CLIENT_SECRET']),
  missing('aura-vision', [
    'AURA_VISION_ISSUER',
    'AURA_VISION_AUDIENCE',
    'AURA_VISION_CLIENT_ID',
    'AURA_VISION_CLIENT_SECRET',
  ]),
]

function silences(part: Part): Outage[] {
  return [
    outage(part, 'cuts the connection', 'UPSTREAM_UNAVAILABLE', { faults: [{ cut: true }] }),
    outage(part, 'hangs', 'UPSTREAM_TIMEOUT', { faults: [{ hang: true }], environment: deadline }),
  ]
}

type Limit = Pick<Reply, 'headers' | 'body'> & { readonly retryAfterSeconds: number }

/** `told` says what a status stands for where it is not the usual. */
function refusals(
  part: Part,
  { retryAfterSeconds, ...limit }: Limit,
  told: Readonly<Record<number, Partial<Told>>> = {},
): Outage[] {
  const usual: readonly (readonly [number, UpstreamErrorCode])[] = [
    [401, 'UPSTREAM_UNAUTHENTICATED'],
    [403, 'UPSTREAM_FORBIDDEN'],
    [429, 'UPSTREAM_RATE_LIMITED'],
    [500, 'UPSTREAM_UNAVAILABLE'],
  ]
  return usual.map(([status, code]) =>
    outage(part, `answers ${status}`, code, {
      faults: [scripted(status, status === 429 ? limit : {})],
      extensions: {
        upstreamStatus: status,
        upstreamRequestId,
        ...(status === 429 && { retryAfterSeconds }),
        ...told[status],
      },
    }),
  )
}

/** Whatever an issuer refuses is about the credentials, and it is told without the issuer's own words. */
function ofToken(): Readonly<Record<number, Partial<Told>>> {
  const told = { code: 'UPSTREAM_UNAUTHENTICATED', upstreamRequestId: undefined } as const
  return { 401: told, 403: told }
}

function rubbish(part: Part, extensions: Partial<Told> = {}): Outage[] {
  const bodies = {
    'a web page': `${planted.words}<!doctype html>`,
    'JSON that breaks off': `{"words":"${planted.words}","data":[{"id`,
    'JSON of another shape': { words: planted.words },
  }
  return Object.entries(bodies).map(([name, body]) =>
    outage(part, `answers ${name}`, 'UPSTREAM_INVALID_RESPONSE', {
      faults: [scripted(200, { body })],
      extensions,
    }),
  )
}

function sends(message: string, code: UpstreamErrorCode): Outage {
  return outage(heatmaps, `sends ${message}`, code, { faults: [{ frames: [message] }] })
}

function down(part: Part, environment: Environment): Outage {
  const [variable = ''] = Object.keys(environment)
  return outage(part, `is not where ${variable} says`, 'UPSTREAM_UNAVAILABLE', { environment })
}

/** By the emulator itself. */
function refused(part: Part, environment: Environment, status: 401 | 403, more: Partial<Told> = {}): Outage {
  const [variable = ''] = Object.keys(environment)
  const code = status === 401 ? 'UPSTREAM_UNAUTHENTICATED' : 'UPSTREAM_FORBIDDEN'
  return outage(part, `refuses ${variable} with ${status}`, code, {
    environment,
    extensions: { upstreamStatus: status, ...more },
  })
}

function missing(provider: ProviderName, required: readonly string[]): Outage {
  const environment = Object.fromEntries(required.map(variable => [variable, undefined]))
  return outage({ provider, called: '' }, 'is not configured', 'PROVIDER_NOT_CONFIGURED', { environment })
}

function outage(
  { provider, called, routes, fields = fieldsOf[provider] }: Part,
  what: string,
  code: UpstreamErrorCode,
  {
    faults = [],
    environment = {},
    extensions = {},
  }: {
    readonly faults?: readonly Fault[]
    readonly environment?: Environment
    readonly extensions?: Partial<Told>
  },
): Outage {
  const retryable = ['UPSTREAM_RATE_LIMITED', 'UPSTREAM_TIMEOUT', 'UPSTREAM_UNAVAILABLE'].includes(code)
  return {
    provider,
    what: called + what,
    environment,
    faults: routes ? faults.flatMap(fault => routes.map(route => ({ ...fault, route }))) : faults,
    fields,
    extensions: { code, provider, retryable, ...extensions },
  }
}

function scripted(
  status: number,
  { headers, body = { message: planted.words } }: Pick<Reply, 'headers' | 'body'>,
): Fault {
  const common = { 'x-request-id': upstreamRequestId, 'x-planted': planted.header }
  return { answer: { status, headers: { ...common, ...headers }, body } }
}
