import type { z } from 'zod'
import type { ImageSettings } from '../images/settings.ts'
import { providers, type Settings } from '../providers.ts'
import type { OperationLimits } from '../server/operation-limits.ts'
import type { DocumentSettings } from '../server/trusted-documents.ts'
import type { LogLevel } from '../telemetry/open-log.ts'
import type { ResilienceSettings } from '../upstream/breaker/provider-health.ts'
import { type ProviderName, providerNames } from '../upstream/error.ts'
import { byProvider } from '../upstream/provider/by-provider.ts'
import { requiredNames } from '../upstream/provider/provider.ts'
import { generalVariables } from './variables.ts'

/** What the environment says, checked. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Path of a YAML file; undefined without a catalog. */
  readonly catalogFile: string | undefined
  /** Path of a manifest of documents in JSON; undefined without one. */
  readonly manifestFile: string | undefined
  readonly documents: DocumentSettings
  /** The largest request body that is read. */
  readonly requestBytes: number
  /** What one operation may hold at most. */
  readonly operationLimits: OperationLimits
  /** Of all that an answer needs upstream, together; each call's own is among its provider's settings. */
  readonly deadlineMilliseconds: number
  readonly resilience: ResilienceSettings
  /** The most bytes of upstream answers that are kept in memory; none are kept when 0. */
  readonly cacheBytes: number
  /** The age up to which a kept answer is served while its upstream is down. */
  readonly staleSeconds: number
  /** The Redis through which instances share their cache and their limits. May contain a password. */
  readonly redisUrl: URL | undefined
  readonly images: ImageSettings
  /** Whose pages may ask from a browser: origins, or `*`; none but its own when empty. */
  readonly corsOrigins: readonly string[]
  /** By which it is asked, beside those of this machine. */
  readonly hosts: readonly string[]
  /** How long it serves on, not ready, after a signal to stop. */
  readonly shutdownDelayMilliseconds: number
  /** How long requests in flight may go on after a signal to stop. */
  readonly drainMilliseconds: number
  /** Providers whose upstream is the sandbox's. */
  readonly sandboxed: readonly ProviderName[]
  /** The settings of each provider whose required variables are set. */
  readonly providers: Settings
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Everything that keeps Isotherm from starting, at once. */
export class StartProblems extends Error {
  override readonly name = 'StartProblems'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`Isotherm cannot start:\n${problems.map(problem => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/**
 * Reads the environment; throws StartProblems with every problem. Where `ISOTHERM_SANDBOX` is not set, the sandbox stands
 * in when no provider is configured; with `sandboxByDefault` false, or NODE_ENV=production, it does not.
 */
export function readConfig(environment: Environment, { sandboxByDefault = true } = {}): Config {
  const variables = withProxyNames(environment)
  const problems: string[] = []
  const take = <Value>(schema: z.ZodType<Value>): z.ZodSafeParseResult<Value> => {
    const parsed = schema.safeParse(variables)
    if (!parsed.success)
      problems.push(...parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`))
    return parsed
  }
  const general = take(generalVariables).data
  if (general && general.ISOTHERM_DOCUMENT_MODE !== 'off' && general.ISOTHERM_DOCUMENTS === undefined)
    problems.push(noManifest)

  const bounds = general && {
    deadlineMilliseconds: general.ISOTHERM_UPSTREAM_TIMEOUT_MS,
    maximumBytes: general.ISOTHERM_UPSTREAM_MAX_BYTES,
    maximumPictureBytes: general.ISOTHERM_IMAGE_MAX_BYTES,
    proxies: proxiesOf(general),
  }

  // By itself: a problem with another variable must not change which providers are looked at.
  const mode = generalVariables.shape.ISOTHERM_SANDBOX.safeParse(variables.ISOTHERM_SANDBOX)
  const byDefault = sandboxByDefault && variables.NODE_ENV !== 'production' ? 'auto' : 'off'
  const named = providerNames.filter(name =>
    requiredNames(providers[name].variables).some(variable => variables[variable]),
  )
  const sandboxed = sandboxedProviders(mode.data ?? byDefault, named)
  const settings = byProvider<Settings>(name => {
    if (!named.includes(name) || sandboxed.includes(name)) return undefined
    const parsed = take(providers[name].variables)
    return parsed.success && bounds ? providers[name].settings(parsed.data, bounds) : undefined
  })
  if (named.length === 0 && sandboxed.length === 0 && mode.success) problems.push(nothingToServe)
  if (!general || problems.length > 0) throw new StartProblems(problems)

  return {
    host: general.HOST,
    port: general.PORT,
    catalogFile: general.ISOTHERM_CATALOG,
    manifestFile: general.ISOTHERM_DOCUMENTS,
    documents: {
      mode: general.ISOTHERM_DOCUMENT_MODE,
      freshSeconds: general.ISOTHERM_DOCUMENT_FRESH_SECONDS,
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
    deadlineMilliseconds: general.ISOTHERM_ANSWER_TIMEOUT_MS,
    resilience: {
      hasBreaker: general.ISOTHERM_BREAKER === 'on',
      retryPercent: general.ISOTHERM_RETRY_BUDGET,
    },
    cacheBytes: general.ISOTHERM_CACHE_BYTES,
    staleSeconds: general.ISOTHERM_STALE_SECONDS,
    redisUrl: general.REDIS_URL,
    images: {
      publicUrl: general.ISOTHERM_PUBLIC_URL,
      keys: general.ISOTHERM_IMAGE_KEYS,
      lifeSeconds: general.ISOTHERM_IMAGE_LINK_SECONDS,
      cacheBytes: general.ISOTHERM_IMAGE_CACHE_BYTES,
      maximumPixels: general.ISOTHERM_IMAGE_MAX_PIXELS,
    },
    corsOrigins: general.ISOTHERM_CORS_ORIGINS,
    hosts: general.ISOTHERM_HOSTS,
    shutdownDelayMilliseconds: general.ISOTHERM_SHUTDOWN_DELAY_MS,
    drainMilliseconds: general.ISOTHERM_DRAIN_MS,
    sandboxed,
    providers: settings,
  }
}

/** What is set, with the variables of proxies by their names in upper case. As elsewhere, the lower case ones win. */
function withProxyNames(environment: Environment): Record<string, string | undefined> {
  const variables = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()))
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']) {
    const lower = variables[name.toLowerCase()]
    if (lower !== undefined) variables[name] = lower
  }
  return variables
}

function proxiesOf({ HTTPS_PROXY, HTTP_PROXY, NO_PROXY }: z.output<typeof generalVariables>) {
  return HTTPS_PROXY || HTTP_PROXY ? { secure: HTTPS_PROXY, plain: HTTP_PROXY, except: NO_PROXY } : undefined
}

const noManifest =
  'ISOTHERM_DOCUMENT_MODE: needs a manifest of documents, whose file ISOTHERM_DOCUMENTS names'

const nothingToServe =
  'No provider is configured and the sandbox is off: set the variables of a provider (see .env.example), or ISOTHERM_SANDBOX=on for made-up data.'

/** The level of the log; the default if the environment names none, or one that `readConfig` refuses. */
export function logLevelOf({ ISOTHERM_LOG_LEVEL: level }: Environment): LogLevel {
  const form = generalVariables.shape.ISOTHERM_LOG_LEVEL
  return form.safeParse(level?.trim() || undefined).data ?? form.parse(undefined)
}

function sandboxedProviders(
  mode: 'auto' | 'on' | 'off' | readonly ProviderName[],
  named: readonly ProviderName[],
): readonly ProviderName[] {
  if (mode === 'on' || (mode === 'auto' && named.length === 0)) return providerNames
  return typeof mode === 'string' ? [] : mode
}
