import { z } from 'zod'
import { isScope, scopes } from '../access/scopes.ts'
import { documentModes } from '../documents/trusted-documents.ts'
import { mcpModes } from '../mcp/mcp-mode.ts'
import { isHost } from '../server/http/request-target.ts'
import { costModes } from '../server/limits/cost-mode.ts'
import { logLevels } from '../telemetry/open-log.ts'
import { defaultResilience } from '../upstream/breaker/provider-health.ts'
import { providerNames } from '../upstream/error.ts'
import { choice, integer, isOrigin, key, list, text, url, year } from '../upstream/provider/variable-forms.ts'
import { callsByProvider } from './calls-by-provider.ts'

/** The environment variables that concern no provider, with their defaults. */
export const generalVariables = z.object({
  HOST: text()
    .transform(host => host.replace(/^\[(.*)\]$/, '$1'))
    .default('127.0.0.1'),
  PORT: integer(0, 65_535).default(4000),
  ISOTHERM_CATALOG: text().optional(),
  ISOTHERM_DOCUMENTS: text().optional(),
  ISOTHERM_DOCUMENT_MODE: choice(documentModes).default('off'),
  ISOTHERM_DOCUMENT_FRESH_SECONDS: integer(0, year).default(30),
  ISOTHERM_MCP: choice(mcpModes).default('read'),
  ISOTHERM_MCP_KEY: key().optional(),
  ISOTHERM_MCP_ACCOUNT: key().optional(),
  ISOTHERM_PAGE: onOrOff().default('on'),
  ISOTHERM_ACCESS: text().optional(),
  ISOTHERM_ANONYMOUS: list()
    .refine(listed => listed.every(isScope), `must be a comma-separated list of ${scopes.join(', ')}`)
    .transform(listed => listed.filter(isScope))
    .optional(),
  ISOTHERM_ANONYMOUS_REQUESTS: integer(0, 1_000_000_000).default(12_000),
  ISOTHERM_ANONYMOUS_ADDRESS_REQUESTS: integer(0, 1_000_000_000).default(1200),
  ISOTHERM_ANONYMOUS_COST: integer(0, 1_000_000_000).default(0),
  ISOTHERM_ANONYMOUS_CALLS: callsByProvider().optional(),
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
  ISOTHERM_BREAKER: onOrOff().default('on'),
  ISOTHERM_RETRY_BUDGET: integer(0, 100).default(defaultResilience.retryPercent),
  ISOTHERM_BODY_LIMIT: integer(1024, 1024 ** 3).default(1024 ** 2),
  ISOTHERM_MAX_COST: integer(1, 1_000_000_000).default(400_000),
  ISOTHERM_COST_MODE: choice(costModes).default('measure'),
  ISOTHERM_MAX_RESPONSE_BYTES: integer(1024, 512 * 1024 ** 2).default(288 * 1024 ** 2),
  ISOTHERM_MAX_CHANGES: integer(0, 10_000).default(50),
  // The parser and validation recurse once for each level, and overflow the stack at some thousands of levels.
  ISOTHERM_MAX_DEPTH: integer(1, 500).default(50),
  ISOTHERM_MAX_ALIASES: integer(0, 1_000_000).default(2000),
  ISOTHERM_MAX_TOKENS: integer(1, 1_000_000).default(30_000),
  ISOTHERM_MAX_DIRECTIVES: integer(0, 1_000_000).default(200),
  ISOTHERM_METRICS: address().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['https:', 'http:']).optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(['https:', 'http:']).optional(),
  OTEL_SDK_DISABLED: text().optional(),
  OTEL_TRACES_EXPORTER: text().optional(),
  ISOTHERM_LOG_LEVEL: choice(logLevels).default('info'),
  ISOTHERM_SHUTDOWN_DELAY_MS: integer(0, 600_000).default(0),
  ISOTHERM_WORKERS: integer(1, 256).default(1),
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
  ISOTHERM_EXPORT_DIR: text().optional(),
  ISOTHERM_EXPORT_BYTES: integer(1024, 1024 ** 5).default(4 * 1024 ** 3),
  HTTPS_PROXY: proxyUrl().optional(),
  HTTP_PROXY: proxyUrl().optional(),
  NO_PROXY: text()
    .transform(value => value.split(/[\s,]+/).filter(Boolean))
    .default([]),
  REDIS_URL: url(['redis:', 'rediss:']).optional(),
})

function onOrOff() {
  return text().pipe(z.enum(['on', 'off'], { error: 'must be on or off' }))
}

/** Without a protocol it is http, as for other programs. */
function proxyUrl() {
  return text()
    .transform(value => (/^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`))
    .pipe(url(['http:', 'https:']))
    .pipe(z.instanceof(URL).refine(hasReadableCredentials, 'has a % in its credentials that must be %25'))
}

/** They are decoded before they are sent, which throws for a `%` that begins no escape. */
function hasReadableCredentials({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}

/** A host and a port, such as `127.0.0.1:9464`. */
function address() {
  const error = 'must be a host and a port such as 127.0.0.1:9464'
  return text().transform((value, context) => {
    const [, host = '', port = ''] = /^(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(value) ?? []
    if (host !== '' && isHost(value)) return { host: host.replace(/[[\]]/g, ''), port: Number(port) }
    context.addIssue({ code: 'custom', message: error })
    return z.NEVER
  })
}

function providerList() {
  return list()
    .pipe(z.array(z.enum(providerNames)).min(1))
    .transform(listed => [...new Set(listed)])
}
