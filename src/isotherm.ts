import { type Access, openTo } from './access/access.ts'
import { Authenticator } from './access/authenticator.ts'
import { anyone, type Caller, strangerId } from './access/caller.ts'
import { onlyWith } from './access/own-key.ts'
import type { Account } from './account.ts'
import { openCaches } from './caches.ts'
import { type Config, metricsPort } from './config/config.ts'
import type { Environment } from './config/environment.ts'
import { openProblems } from './config/open-problems.ts'
import type { DocumentSettings } from './documents/trusted-documents.ts'
import { OpenAccounts } from './open-accounts.ts'
import { Reloading } from './reloading.ts'
import type { Sandbox } from './sandbox.ts'
import { startServer } from './server/server.ts'
import { readStart, type Setup } from './setup.ts'
import { openTelemetry } from './telemetry/telemetry.ts'
import type { RedisConnection } from './upstream/cache/redis.ts'
import { warnOfEviction } from './upstream/cache/redis-eviction.ts'
import { type Log, silentLog } from './upstream/log.ts'
import { openCallCounters } from './upstream/rate-limit/call-counters.ts'

export interface Isotherm extends AsyncDisposable {
  readonly origin: string
  /** The accounts at the start. */
  readonly accounts: readonly StartedAccount[]
  readonly documents: DocumentSettings
  /** Where metrics are read; undefined if they are not served. */
  readonly metricsUrl: string | undefined
  /** How long it serves on after a signal to stop. */
  readonly shutdownDelayMilliseconds: number
  /** Makes /readyz fail, so that balancers send no new requests, and serves on. */
  beUnready(): void
  /** Reads the access file, catalogs and manifests again. Never rejects: a problem is logged, and the last good version stays. */
  reload(): Promise<void>
}

export interface StartedAccount {
  readonly account: Account
  readonly catalogName: string
}

export interface StartOptions {
  readonly sandboxByDefault?: boolean
  readonly log?: Log
  /** A sandbox that another process runs; without it, Isotherm starts its own if it needs one. */
  readonly sandbox?: Pick<Sandbox, 'environment'>
  /** Which of several workers it is, from 0: each serves its metrics on its own port. */
  readonly worker?: number
  /** Signs tickets if the environment has no key, so that workers read each other's tickets. */
  readonly ticketKey?: string
  /** Without an access file, only requests with this key may enter; they may do everything. */
  readonly ownKey?: string
  /** The first pause of every breaker; for tests, which would otherwise wait long. */
  readonly breakerPauseMilliseconds?: number
}

/**
 * Starts the sandbox, the accounts and the server for an environment, and closes them in reverse order. Rejects with
 * StartProblems that list everything wrong with the environment and its files at once.
 */
export async function startIsotherm(
  environment: Environment,
  {
    sandboxByDefault = true,
    log = silentLog,
    sandbox,
    worker = 0,
    ticketKey,
    ownKey,
    breakerPauseMilliseconds,
  }: StartOptions = {},
): Promise<Isotherm> {
  const others = ownKey === undefined ? openProblems(environment, sandboxByDefault) : []
  const { config, setup, reader } = await readStart(environment, sandboxByDefault, others)
  await using resources = new AsyncDisposableStack()
  const redis = config.redisUrl && resources.use(await connectRedis(config.redisUrl, log))
  if (redis) void warnOfEviction(redis, log)
  const counters = resources.use(openCallCounters(redis))
  const pause = breakerPauseMilliseconds !== undefined && { pauseMilliseconds: breakerPauseMilliseconds }
  const resilience = { ...config.resilience, ...pause }
  const sharedBytes = sharedBytesOf(config.cacheBytes)
  await using unowned = new AsyncDisposableStack()
  const caches = unowned.use(
    openCaches({
      recordBytes: config.cacheBytes - sharedBytes,
      imageBytes: config.images.cacheBytes,
      redis,
      log,
    }),
  )
  const { metrics } = config.telemetry
  const { proxies } = config
  const telemetry = resources.use(
    await openTelemetry({
      log,
      ...config.telemetry,
      metrics: metrics && { ...metrics, port: metricsPort(metrics.port, worker) },
      redis,
      caches,
      proxies,
    }),
  )
  const open = resources.use(
    new OpenAccounts({
      environment,
      sandbox,
      config: { ...config, resilience },
      redis,
      counters,
      caches,
      log,
      observer: telemetry,
    }),
  )
  // Closed before the accounts, so that no other instance learns of calls that failed only because this one closes.
  resources.use(unowned.move())
  const accounts = await open.open(setup.accounts)
  const { access, replace } = openAccess(setup, accounts, { ...config, ticketKey, ownKey }, log)
  const reloading = resources.use(
    new Reloading({
      files: () => reader.files,
      firstStates: reader.states,
      read: () => reader.read(),
      take: async next => replace(next, await open.open(next.accounts)),
      log,
    }),
  )
  const { publicUrl } = config.images
  const server = await startServer(access, {
    ...config,
    publicUrl,
    log,
    counters,
    sharedBytes,
    observers: telemetry.requests,
  })
  resources.defer(() => server.drain(config.drainMilliseconds))

  const owned = resources.move()
  return {
    origin: server.origin,
    accounts: accounts.flatMap((account, index) => {
      const { catalogName = 'none' } = setup.accounts[index] ?? {}
      return { account, catalogName }
    }),
    documents: config.documents,
    metricsUrl: telemetry.metricsUrl,
    shutdownDelayMilliseconds: config.shutdownDelayMilliseconds,
    beUnready: () => server.beUnready(),
    reload: () => reloading.reload(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Its library is loaded only if there is a Redis. */
async function connectRedis(url: URL, log: Log): Promise<RedisConnection> {
  const { openRedis } = await import('./upstream/cache/redis.ts')
  return openRedis(url, log)
}

/** The part of the cache's bound that is for responses that equal requests share. */
function sharedBytesOf(cacheBytes: number): number {
  return Math.min(16 * 1024 ** 2, Math.floor(cacheBytes / 16))
}

interface OpenAccess {
  readonly access: Access
  readonly replace: (setup: Setup, accounts: readonly Account[]) => void
}

type AccessConfig = Pick<Config, 'anonymous' | 'anonymousLimits' | 'images' | 'proxies'> & {
  readonly ticketKey: string | undefined
  readonly ownKey: string | undefined
}

function openAccess(
  { access: file }: Setup,
  accounts: readonly Account[],
  config: AccessConfig,
  log: Log,
): OpenAccess {
  const stranger = strangerOf(config)
  if (file) {
    const { images, ticketKey, proxies } = config
    const keys = images.keys.length === 0 && ticketKey !== undefined ? [ticketKey] : images.keys
    const authenticator = new Authenticator({ file, accounts, stranger, keys, log, proxies })
    return {
      access: authenticator,
      replace: ({ access = file }, next) => authenticator.replace(access, next),
    }
  }
  const [own] = accounts
  if (!own) throw new TypeError('There is no account.')
  let account = own
  const { ownKey } = config
  const open = openTo(ownKey === undefined ? (stranger ?? anyone) : anyone, () => account)
  return {
    access: ownKey === undefined ? open : onlyWith(ownKey, open),
    replace: (_setup, [next]) => {
      account = next ?? account
    },
  }
}

/** Undefined if requests need a credential. */
function strangerOf({ anonymous, anonymousLimits: limits }: AccessConfig): Caller | undefined {
  return anonymous && { id: strangerId, scopes: new Set(anonymous), limits }
}
