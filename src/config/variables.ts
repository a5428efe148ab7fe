import { z } from 'zod'
import { partNumberings } from '../providers/aura-vision/frames.ts'
import { zenovayAuths } from '../providers/zenovay/auth.ts'
import { zenovayPlanNames } from '../providers/zenovay/plans.ts'
import { isHost } from '../server/request-target.ts'
import { documentModes } from '../server/trusted-documents.ts'
import { providerNames } from '../upstream/error.ts'
import type { Limits } from '../upstream/rate-limit/limits.ts'
import { imageHosts, integer, isOrigin, key, list, socketUrl, text, url } from './variable-forms.ts'

/** In seconds: the longest that any setting may keep something. */
const year = 31_536_000

/** The environment variables that concern no provider, with their defaults. */
export const generalVariables = z.object({
  HOST: text().default('127.0.0.1'),
  PORT: integer(0, 65_535).default(4000),
  ISOTHERM_CATALOG: text().optional(),
  ISOTHERM_DOCUMENTS: text().optional(),
  ISOTHERM_DOCUMENT_MODE: text()
    .pipe(z.enum(documentModes, { error: `must be one of ${documentModes.join(', ')}` }))
    .default('off'),
  ISOTHERM_DOCUMENT_FRESH_SECONDS: integer(0, year).default(30),
  ISOTHERM_SANDBOX: z
    .union([text().pipe(z.enum(['auto', 'on', 'off'])), providerList()], {
      error: `must be auto, on, off or a comma-separated list of ${providerNames.join(', ')}`,
    })
    .optional(),
  ISOTHERM_CORS_ORIGINS: list()
    .refine(
      origins => origins.every(origin => origin === '*' || isOrigin(origin)),
      'must be * or a comma-separated list of origins such as https://app.example.com',
    )
    .default([]),
  ISOTHERM_HOSTS: list()
    .refine(
      hosts => hosts.every(isHost),
      'must be a comma-separated list of hosts such as isotherm.internal or 10.0.0.7:4000',
    )
    .default([]),
  ISOTHERM_UPSTREAM_TIMEOUT_MS: integer(1, 600_000).default(10_000),
  ISOTHERM_ANSWER_TIMEOUT_MS: integer(1, 3_600_000).default(300_000),
  ISOTHERM_UPSTREAM_MAX_BYTES: integer(1024, 1024 ** 3).default(64 * 1024 ** 2),
  ISOTHERM_BODY_LIMIT: integer(1024, 1024 ** 3).default(1024 ** 2),
  ISOTHERM_MAX_COST: integer(1, 1_000_000_000).default(400_000),
  ISOTHERM_MAX_RESPONSE_BYTES: integer(1024, 512 * 1024 ** 2).default(288 * 1024 ** 2),
  ISOTHERM_MAX_CHANGES: integer(0, 10_000).default(50),
  // The parser and validation recurse once for each level, and overflow the stack at some thousands.
  ISOTHERM_MAX_DEPTH: integer(1, 500).default(50),
  ISOTHERM_MAX_ALIASES: integer(0, 1_000_000).default(2000),
  ISOTHERM_MAX_TOKENS: integer(1, 1_000_000).default(30_000),
  ISOTHERM_MAX_DIRECTIVES: integer(0, 1_000_000).default(200),
  ISOTHERM_DRAIN_MS: integer(0, 600_000).default(10_000),
  ISOTHERM_CACHE_BYTES: integer(0, 1024 ** 4).default(256 * 1024 ** 2),
  ISOTHERM_STALE_SECONDS: integer(0, year).default(3600),
  ISOTHERM_PUBLIC_URL: url(['https:', 'http:']).optional(),
  ISOTHERM_IMAGE_KEYS: list()
    .refine(
      keys => keys.every(key => key.length >= 32),
      'must be a comma-separated list of keys, each of 32 characters or more',
    )
    .default([]),
  ISOTHERM_IMAGE_LINK_SECONDS: integer(0, year).default(604_800),
  ISOTHERM_IMAGE_MAX_BYTES: integer(1024, 1024 ** 3).default(32 * 1024 ** 2),
  ISOTHERM_IMAGE_MAX_PIXELS: integer(1, 1_000_000_000).default(100_000_000),
  ISOTHERM_IMAGE_CACHE_BYTES: integer(0, 1024 ** 4).default(128 * 1024 ** 2),
  REDIS_URL: url(['redis:', 'rediss:']).optional(),
})

/** The variables of each provider, by the vendors' own names where they have them, and the settings they become. */
export const providerVariables = {
  'aura-vision': {
    required: [
      'AURA_VISION_ISSUER',
      'AURA_VISION_AUDIENCE',
      'AURA_VISION_CLIENT_ID',
      'AURA_VISION_CLIENT_SECRET',
    ],
    schema: z
      .object({
        AURA_VISION_ISSUER: url(['https:', 'http:']),
        AURA_VISION_AUDIENCE: text(),
        AURA_VISION_CLIENT_ID: text(),
        AURA_VISION_CLIENT_SECRET: text(),
        AURA_VISION_URL: socketUrl().default(new URL('wss://ws.auravision.ai')),
        AURA_VISION_IMAGE_HOSTS: imageHosts().default([
          'heatmaps.auravisionlabs.com',
          'thumbnailer.auravisionlabs.com',
        ]),
        AURA_VISION_PART_NUMBERING: z.enum(partNumberings).default('auto'),
        AURA_VISION_MAX_LOCATIONS: integer(1, 10_000).default(50),
        AURA_VISION_MAX_DAYS: integer(1, 366).default(31),
        AURA_VISION_CONCURRENCY: concurrency(),
        AURA_VISION_KEEP_SECONDS: integer(0, year).default(60),
        AURA_VISION_MAX_CALLS: maximumCalls().default(1000),
      })
      .transform(variables => ({
        tokenUrl: new URL('oauth/token', withSlash(variables.AURA_VISION_ISSUER)),
        audience: variables.AURA_VISION_AUDIENCE,
        clientId: variables.AURA_VISION_CLIENT_ID,
        clientSecret: variables.AURA_VISION_CLIENT_SECRET,
        url: variables.AURA_VISION_URL,
        imageHosts: variables.AURA_VISION_IMAGE_HOSTS,
        numbering: variables.AURA_VISION_PART_NUMBERING,
        maximumLocations: variables.AURA_VISION_MAX_LOCATIONS,
        maximumDays: variables.AURA_VISION_MAX_DAYS,
        limits: limits(
          variables.AURA_VISION_CONCURRENCY,
          variables.AURA_VISION_KEEP_SECONDS,
          variables.AURA_VISION_MAX_CALLS,
        ),
      })),
  },
  posthog: {
    required: ['POSTHOG_PERSONAL_API_KEY'],
    schema: z
      .object({
        POSTHOG_PERSONAL_API_KEY: key(),
        POSTHOG_HOST: url(['https:', 'http:']).default(new URL('https://us.posthog.com')),
        POSTHOG_PER_MINUTE: integer(1, 1_000_000).default(240),
        POSTHOG_PER_HOUR: integer(1, 1_000_000).default(1200),
        POSTHOG_CONCURRENCY: concurrency(),
        POSTHOG_KEEP_SECONDS: integer(0, year).default(60),
        POSTHOG_MAX_CALLS: maximumCalls().default(1000),
      })
      .transform(variables => ({
        personalApiKey: variables.POSTHOG_PERSONAL_API_KEY,
        host: variables.POSTHOG_HOST,
        perMinute: variables.POSTHOG_PER_MINUTE,
        perHour: variables.POSTHOG_PER_HOUR,
        limits: limits(
          variables.POSTHOG_CONCURRENCY,
          variables.POSTHOG_KEEP_SECONDS,
          variables.POSTHOG_MAX_CALLS,
        ),
      })),
  },
  analytiks: {
    required: ['ANALYTIKS_CLIENT_ID', 'ANALYTIKS_CLIENT_SECRET'],
    schema: z
      .object({
        ANALYTIKS_CLIENT_ID: text(),
        ANALYTIKS_CLIENT_SECRET: text(),
        ANALYTIKS_TOKEN_URL: url(['https:', 'http:']).default(new URL('https://tokens.analytiks.ai')),
        ANALYTIKS_EXPORTS_URL: url(['https:', 'http:']).default(new URL('https://exports.analytiks.ai')),
        ANALYTIKS_AUDIENCE: text().default('https://gql.analytiks.ai'),
        ANALYTIKS_DWELL_TIME: text()
          .pipe(z.enum(['sum', 'mean']))
          .optional(),
        ANALYTIKS_CONCURRENCY: concurrency(),
        ANALYTIKS_KEEP_SECONDS: integer(0, year).default(2_592_000),
        ANALYTIKS_MAX_CALLS: maximumCalls().default(10_000),
      })
      .transform(variables => ({
        tokenUrl: variables.ANALYTIKS_TOKEN_URL,
        audience: variables.ANALYTIKS_AUDIENCE,
        clientId: variables.ANALYTIKS_CLIENT_ID,
        clientSecret: variables.ANALYTIKS_CLIENT_SECRET,
        exportsUrl: variables.ANALYTIKS_EXPORTS_URL,
        dwellTime: variables.ANALYTIKS_DWELL_TIME,
        limits: limits(
          variables.ANALYTIKS_CONCURRENCY,
          variables.ANALYTIKS_KEEP_SECONDS,
          variables.ANALYTIKS_MAX_CALLS,
        ),
      })),
  },
  zenovay: {
    required: ['ZENOVAY_API_KEY'],
    schema: z
      .object({
        ZENOVAY_API_KEY: key(),
        ZENOVAY_AUTH: text().pipe(z.enum(zenovayAuths)).default('header'),
        ZENOVAY_URL: url(['https:', 'http:']).default(new URL('https://api.zenovay.com/api/external/v1')),
        ZENOVAY_PLAN: text().pipe(z.enum(zenovayPlanNames)).default('pro'),
        ZENOVAY_CONCURRENCY: concurrency(),
        ZENOVAY_KEEP_SECONDS: integer(0, year).default(600),
        ZENOVAY_MAX_CALLS: maximumCalls().default(1000),
      })
      .transform(variables => ({
        apiKey: variables.ZENOVAY_API_KEY,
        auth: variables.ZENOVAY_AUTH,
        url: variables.ZENOVAY_URL,
        plan: variables.ZENOVAY_PLAN,
        limits: limits(
          variables.ZENOVAY_CONCURRENCY,
          variables.ZENOVAY_KEEP_SECONDS,
          variables.ZENOVAY_MAX_CALLS,
        ),
      })),
  },
  datadog: {
    required: ['DD_API_KEY', 'DD_APP_KEY'],
    schema: z
      .object({
        DD_API_KEY: key(),
        DD_APP_KEY: key(),
        DD_SITE: text().refine(isSite, 'must be a site such as datadoghq.eu').default('datadoghq.com'),
        DATADOG_URL: url(['https:', 'http:']).optional(),
        DATADOG_CONCURRENCY: concurrency(),
        DATADOG_KEEP_SECONDS: integer(0, year).default(30),
        DATADOG_MAX_CALLS: maximumCalls().default(1000),
      })
      .transform(variables => ({
        apiKey: variables.DD_API_KEY,
        applicationKey: variables.DD_APP_KEY,
        url: variables.DATADOG_URL ?? new URL(`https://api.${variables.DD_SITE}`),
        limits: limits(
          variables.DATADOG_CONCURRENCY,
          variables.DATADOG_KEEP_SECONDS,
          variables.DATADOG_MAX_CALLS,
        ),
      })),
  },
} as const

function concurrency() {
  return integer(1, 1000).default(8)
}

function maximumCalls() {
  return integer(1, 1_000_000)
}

function limits(concurrency: number, ttlSeconds: number, maximumCalls: number): Limits {
  return { concurrency, ttlSeconds, maximumCalls }
}

function providerList() {
  return list()
    .pipe(z.array(z.enum(providerNames)).min(1))
    .transform(listed => [...new Set(listed)])
}

function isSite(text: string): boolean {
  return /^[a-z0-9.-]+$/.test(text) && URL.canParse(`https://api.${text}`)
}

function withSlash(url: URL): URL {
  return new URL(url.href.endsWith('/') ? url.href : `${url.href}/`)
}
