import type { CallerLimits } from '../access/caller.ts'
import type { Scope } from '../access/scopes.ts'
import type { DocumentSettings } from '../documents/trusted-documents.ts'
import type { ExportFileSettings } from '../export/export-files.ts'
import type { ImageSettings } from '../images/settings.ts'
import type { McpMode } from '../mcp/mcp-mode.ts'
import type { Settings } from '../providers.ts'
import type { CostMode } from '../server/limits/cost-mode.ts'
import type { OperationLimits } from '../server/limits/operation-limits.ts'
import type { ResilienceSettings } from '../upstream/breaker/provider-health.ts'
import type { ProviderName } from '../upstream/error.ts'
import type { CallBounds } from '../upstream/provider/provider.ts'
import { type Environment, setVariables } from './environment.ts'
import { collectorOf } from './general-settings.ts'
import { proxiesOf, readProviderConfig } from './provider-settings.ts'
import { generalVariables } from './variables.ts'

/** The checked settings of the environment. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly documents: DocumentSettings
  readonly mcp: McpMode
  /** Whether the page is served and its documents are answered. */
  readonly hasPage: boolean
  /** The key by which the command for standard input asks; undefined without one. */
  readonly mcpKey: string | undefined
  /** The account that it names; undefined if the key has only one. */
  readonly mcpAccount: string | undefined
  /** Path of a YAML file that says who may ask; undefined without one. */
  readonly accessFile: string | undefined
  /** The scopes of strangers; undefined if they may not enter where an access file is needed. */
  readonly anonymous: readonly Scope[] | undefined
  /** The limits of strangers. */
  readonly anonymousLimits: CallerLimits
  /** The largest request body that is read. */
  readonly requestBytes: number
  /** The bounds of one operation. */
  readonly operationLimits: OperationLimits
  readonly costMode: CostMode
  /** For all upstream calls of a response together; the deadline of one call is among its provider's settings. */
  readonly deadlineMilliseconds: number
  readonly resilience: ResilienceSettings
  /** The most bytes of upstream records cached in memory; 0 disables the cache. */
  readonly cacheBytes: number
  /** Up to this age an entry past its TTL is served while its upstream is down. */
  readonly staleSeconds: number
  /** The Redis through which instances share their cache and their limits. May contain a password. */
  readonly redisUrl: URL | undefined
  /** The proxies to issuers and collectors; vendors have the same. */
  readonly proxies: CallBounds['proxies']
  readonly images: ImageSettings
  readonly exportFiles: ExportFileSettings
  /** Origins whose pages may send requests from a browser, or `*`; only its own if empty. */
  readonly corsOrigins: readonly string[]
  /** Its host names, besides those of this machine. */
  readonly hosts: readonly string[]
  /** How long it goes on serving, not ready, after a signal to stop. */
  readonly shutdownDelayMilliseconds: number
  /** How long requests in flight may go on after a signal to stop. */
  readonly drainMilliseconds: number
  readonly telemetry: {
    /** Where metrics are served; undefined if nowhere. */
    readonly metrics: { readonly host: string; readonly port: number } | undefined
    /** Where traces go; undefined if nowhere. */
    readonly collector: URL | undefined
  }
  /** Providers whose upstream is the sandbox's. */
  readonly sandboxed: readonly ProviderName[]
  /** The settings of each provider whose required variables are set. */
  readonly providers: Settings
}

/** All problems that keep Isotherm from starting. */
export class StartProblems extends Error {
  override readonly name = 'StartProblems'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`Isotherm cannot start:\n${problems.map(problem => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/**
 * Reads the environment; throws StartProblems with every problem. Without `ISOTHERM_SANDBOX`, the sandbox replaces the vendors if
 * no provider is configured; with `sandboxByDefault` false, or NODE_ENV=production, it does not.
 */
export function readConfig(environment: Environment, { sandboxByDefault = true } = {}): Config {
  const variables = setVariables(environment)
  const problems: string[] = []
  const { data: general, error } = generalVariables.safeParse(variables)
  for (const { path, message } of error?.issues ?? []) problems.push(`${path.join('.')}: ${message}`)
  const { settings, sandboxed, problems: ofProviders } = readProviderConfig(variables, { sandboxByDefault })
  // With an access file, each of its accounts has its own variables and documents.
  if (!variables.ISOTHERM_ACCESS) {
    if (general && general.ISOTHERM_DOCUMENT_MODE !== 'off' && !general.ISOTHERM_DOCUMENTS)
      problems.push(noManifest)
    problems.push(...ofProviders)
  }
  if (general && general.ISOTHERM_WORKERS > 1 && general.REDIS_URL === undefined) problems.push(noRedis)
  if (general?.ISOTHERM_METRICS) {
    const { ISOTHERM_METRICS: metrics, ISOTHERM_WORKERS: workers, PORT: own } = general
    const last = metricsPort(metrics.port, workers - 1)
    if (last > lastPort) problems.push(noMetricsPort)
    if (own !== 0 && workers > 1 && own >= metrics.port && own <= last) problems.push(ownPort)
  }
  if (!general || problems.length > 0) throw new StartProblems(problems)

  return {
    host: general.HOST,
    port: general.PORT,
    documents: {
      mode: general.ISOTHERM_DOCUMENT_MODE,
      freshSeconds: general.ISOTHERM_DOCUMENT_FRESH_SECONDS,
    },
    mcp: general.ISOTHERM_MCP,
    hasPage: general.ISOTHERM_PAGE === 'on',
    mcpKey: general.ISOTHERM_MCP_KEY,
    mcpAccount: general.ISOTHERM_MCP_ACCOUNT,
    accessFile: general.ISOTHERM_ACCESS,
    anonymous: general.ISOTHERM_ANONYMOUS,
    anonymousLimits: {
      requestsPerMinute: general.ISOTHERM_ANONYMOUS_REQUESTS || undefined,
      requestsPerMinuteOfAddress: general.ISOTHERM_ANONYMOUS_ADDRESS_REQUESTS || undefined,
      costPerMinute: general.ISOTHERM_ANONYMOUS_COST || undefined,
      upstreamCallsPerHour: general.ISOTHERM_ANONYMOUS_CALLS,
    },
    requestBytes: general.ISOTHERM_BODY_LIMIT,
    operationLimits: {
      cost: general.ISOTHERM_MAX_COST,
      responseBytes: general.ISOTHERM_MAX_RESPONSE_BYTES,
      changes: general.ISOTHERM_MAX_CHANGES,
      depth: general.ISOTHERM_MAX_DEPTH,
      aliases: general.ISOTHERM_MAX_ALIASES,
      tokens: general.ISOTHERM_MAX_TOKENS,
      directives: general.ISOTHERM_MAX_DIRECTIVES,
    },
    costMode: general.ISOTHERM_COST_MODE,
    deadlineMilliseconds: general.ISOTHERM_ANSWER_TIMEOUT_MS,
    resilience: {
      hasBreaker: general.ISOTHERM_BREAKER === 'on',
      retryPercent: general.ISOTHERM_RETRY_BUDGET,
    },
    cacheBytes: general.ISOTHERM_CACHE_BYTES,
    staleSeconds: general.ISOTHERM_STALE_SECONDS,
    redisUrl: general.REDIS_URL,
    proxies: proxiesOf(general),
    images: {
      publicUrl: general.ISOTHERM_PUBLIC_URL,
      keys: general.ISOTHERM_IMAGE_KEYS,
      lifeSeconds: general.ISOTHERM_IMAGE_LINK_SECONDS,
      cacheBytes: general.ISOTHERM_IMAGE_CACHE_BYTES,
      maximumPixels: general.ISOTHERM_IMAGE_MAX_PIXELS,
    },
    exportFiles: { folder: general.ISOTHERM_EXPORT_DIR, maximumBytes: general.ISOTHERM_EXPORT_BYTES },
    corsOrigins: general.ISOTHERM_CORS_ORIGINS,
    hosts: general.ISOTHERM_HOSTS,
    shutdownDelayMilliseconds: general.ISOTHERM_SHUTDOWN_DELAY_MS,
    drainMilliseconds: general.ISOTHERM_DRAIN_MS,
    telemetry: {
      metrics: general.ISOTHERM_METRICS,
      collector: collectorOf(general),
    },
    sandboxed,
    providers: settings,
  }
}

/** Accounts of an access file may name the manifest too. */
export const noManifest =
  'ISOTHERM_DOCUMENT_MODE: needs a manifest of documents, whose file ISOTHERM_DOCUMENTS names'

/** The port of a worker's metrics: workers count from 0, and 0 picks a free port for each. */
export function metricsPort(first: number, worker: number): number {
  return first === 0 ? 0 : first + worker
}

const noRedis =
  'ISOTHERM_WORKERS: several workers need a Redis (REDIS_URL), or each would spend the limits of the vendors'

const lastPort = 65_535

const ownPort =
  'ISOTHERM_METRICS: each of the workers (ISOTHERM_WORKERS) has a port of its own from this one on, and PORT is one of them'
const noMetricsPort = `ISOTHERM_METRICS: each of the workers (ISOTHERM_WORKERS) has a port of its own from this one on, and ${lastPort} is the last that there is`
