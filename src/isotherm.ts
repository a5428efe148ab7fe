import { readFile } from 'node:fs/promises'
import { openToAll } from './access/access.ts'
import { type Account, openAccount } from './account.ts'
import type { Catalog } from './catalog/catalog.ts'
import { readCatalog } from './catalog/file.ts'
import { type Config, type Environment, readConfig, StartProblems } from './config/config.ts'
import type { Settings } from './providers.ts'
import { startSandbox } from './sandbox.ts'
import { startServer } from './server/server.ts'
import { type DocumentSettings, readManifest, TrustedDocuments } from './server/trusted-documents.ts'
import { logRequests } from './telemetry/request-log.ts'
import { openRedis } from './upstream/cache/redis.ts'
import { warnOfEviction } from './upstream/cache/redis-eviction.ts'
import { type Log, silentLog } from './upstream/log.ts'
import { openCallCounters } from './upstream/rate-limit/call-counters.ts'

export interface Isotherm extends AsyncDisposable {
  readonly origin: string
  readonly account: Account
  readonly catalogName: string
  readonly documents: DocumentSettings & { readonly trusted: TrustedDocuments }
  /** How long it serves on after it was told to stop. */
  readonly shutdownDelayMilliseconds: number
  /** Says by /readyz that no new requests may come, and serves on. */
  beUnready(): void
}

export interface StartOptions {
  readonly sandboxByDefault?: boolean
  readonly log?: Log
  /** The first pause of every breaker; for tests, which would wait long. */
  readonly breakerPauseMilliseconds?: number
}

/**
 * Starts the sandbox, the account and the server for an environment, and closes them in reverse order. Rejects with
 * StartProblems that list everything wrong with the environment and the catalog at once.
 */
export async function startIsotherm(
  environment: Environment,
  { sandboxByDefault = true, log = silentLog, breakerPauseMilliseconds }: StartOptions = {},
): Promise<Isotherm> {
  const { config, catalog, catalogName, isCatalogMadeUp, trusted } = await readStart(
    environment,
    sandboxByDefault,
  )
  await using resources = new AsyncDisposableStack()
  const settings = await vendorSettings(environment, config, resources)
  const redis = config.redisUrl && resources.use(openRedis(config.redisUrl, log))
  if (redis) void warnOfEviction(redis, log)
  const counters = resources.use(openCallCounters(redis || undefined))
  const pause = breakerPauseMilliseconds !== undefined && { pauseMilliseconds: breakerPauseMilliseconds }
  const resilience = { ...config.resilience, ...pause }
  const account = resources.use(
    openAccount(settings, catalog, { ...config, resilience, log, isCatalogMadeUp, redis, counters }),
  )
  const documents = { ...config.documents, trusted }
  const { publicUrl } = config.images
  const observers = [logRequests(log)]
  const server = await startServer(openToAll(account), { ...config, publicUrl, documents, log, observers })
  resources.defer(() => server.drain(config.drainMilliseconds))

  const owned = resources.move()
  return {
    origin: server.origin,
    account,
    catalogName,
    documents,
    shutdownDelayMilliseconds: config.shutdownDelayMilliseconds,
    beUnready: () => server.beUnready(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The settings of each vendor that is configured or emulated. Emulators are started, and end with the resources. */
export async function vendorSettings(
  environment: Environment,
  config: Config,
  resources: AsyncDisposableStack,
): Promise<Settings> {
  const settings = { ...config.providers }
  if (config.sandboxed.length === 0) return settings
  const sandbox = resources.use(await startSandbox())
  const emulated = { ...environment, ...sandbox.environment(config.sandboxed), ISOTHERM_SANDBOX: 'off' }
  Object.assign(settings, readConfig(emulated).providers)
  const unserved = config.sandboxed.filter(name => !settings[name])
  if (unserved.length > 0)
    throw new StartProblems(unserved.map(name => `ISOTHERM_SANDBOX: ${name} cannot be emulated.`))
  return settings
}

interface Start {
  readonly config: Config
  readonly catalog: Catalog
  /** The catalog's file, or a word for where else it comes from. */
  readonly catalogName: string
  readonly isCatalogMadeUp: boolean
  readonly trusted: TrustedDocuments
}

/** Rejects with StartProblems that list everything wrong with the environment and the files that it names. */
export async function readStart(environment: Environment, sandboxByDefault: boolean): Promise<Start> {
  const problems: string[] = []
  const config = collect(problems, () => readConfig(environment, { sandboxByDefault }))
  const file = environment.ISOTHERM_CATALOG?.trim()
  // With a real vendor, the sandbox's catalog would name the wrong things.
  const isCatalogMadeUp =
    !file && config !== undefined && Object.values(config.providers).every(settings => settings === undefined)
  const catalogName = file || (isCatalogMadeUp ? 'the sandbox' : 'none')
  const text = file
    ? await readText(problems, file, 'the catalog')
    : isCatalogMadeUp
      ? await madeUpCatalog()
      : ''
  const read = readCatalog(text ?? '', catalogName)
  if ('problems' in read) problems.push(...read.problems)
  const trusted = await readTrusted(problems, environment.ISOTHERM_DOCUMENTS?.trim())
  if (!config || !('catalog' in read) || problems.length > 0) throw new StartProblems(problems)
  return { config, catalog: read.catalog, catalogName, isCatalogMadeUp, trusted }
}

/** Imported when it is needed: production never loads the sandbox. */
async function madeUpCatalog(): Promise<string> {
  const { sandboxCatalog } = await import('./sandbox/catalog.ts')
  return sandboxCatalog()
}

/** Empty without a file. */
async function readTrusted(problems: string[], file: string | undefined): Promise<TrustedDocuments> {
  const text = file && (await readText(problems, file, 'the manifest of documents'))
  if (!file || text === undefined) return new TrustedDocuments()
  const read = readManifest(text, file)
  if ('documents' in read) return read.documents
  problems.push(...read.problems)
  return new TrustedDocuments()
}

function collect<Value>(problems: string[], read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof StartProblems)) throw error
    problems.push(...error.problems)
    return undefined
  }
}

/** Undefined if the file cannot be read. */
async function readText(problems: string[], file: string, what: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    problems.push(`${file}: ${what} cannot be read${code}`)
    return undefined
  }
}
