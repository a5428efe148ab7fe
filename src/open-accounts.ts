import { type Account, type AccountObserver, openAccount } from './account.ts'
import type { Caches } from './caches.ts'
import { type Config, StartProblems } from './config/config.ts'
import type { Environment } from './config/environment.ts'
import { readProviderConfig } from './config/provider-settings.ts'
import type { Settings } from './providers.ts'
import { type Sandbox, startSandbox } from './sandbox.ts'
import { outline } from './server/graphql/plugins/masked-errors.ts'
import type { AccountSetup } from './setup.ts'
import type { RedisConnection } from './upstream/cache/redis.ts'
import type { Log } from './upstream/log.ts'
import type { CallCounters } from './upstream/rate-limit/call-counters.ts'

export interface OpenAccountsOptions {
  readonly environment: Environment
  /** A sandbox that another process runs; without it, one is started when an account needs it. */
  readonly sandbox?: Pick<Sandbox, 'environment'> | undefined
  readonly config: Pick<Config, 'staleSeconds' | 'images' | 'resilience' | 'drainMilliseconds'>
  /** What all accounts share; not closed with them. */
  readonly redis: RedisConnection | undefined
  readonly counters: CallCounters
  readonly caches: Caches
  readonly log: Log
  readonly observer?: AccountObserver
}

interface Opened {
  readonly account: Account
  readonly version: string
}

/** The open accounts. Closing them also closes the sandbox, if one of them needed it. */
export class OpenAccounts implements AsyncDisposable {
  readonly #options: OpenAccountsOptions
  readonly #closing = new Set<Promise<void>>()
  #open: ReadonlyMap<string, Opened> = new Map()
  #sandbox: Promise<Sandbox> | undefined

  constructor(options: OpenAccountsOptions) {
    this.#options = options
  }

  /**
   * Opens these accounts, and returns them in their order. One that is open already keeps its connections, and gets its new
   * catalog and documents. Accounts that are gone take no new requests, and are closed once their last request has ended.
   */
  async open(setups: readonly AccountSetup[]): Promise<readonly Account[]> {
    const sandbox = setups.some(({ sandboxed }) => sandboxed.length > 0)
      ? (this.#options.sandbox ?? (await this.#startSandbox()))
      : undefined
    const next = new Map(setups.map(setup => [nameOf(setup), this.#openOne(setup, sandbox)]))
    for (const [name, { account }] of this.#open) if (!next.has(name)) this.#retire(account)
    this.#open = next
    return [...next.values()].map(({ account }) => account)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ account }) => account[Symbol.asyncDispose]()))
    await Promise.all(this.#closing)
    await (await this.#sandbox)?.[Symbol.asyncDispose]()
  }

  #openOne(setup: AccountSetup, sandbox: Pick<Sandbox, 'environment'> | undefined): Opened {
    const { catalog, documents, isCatalogMadeUp, version } = setup
    const opened = this.#open.get(nameOf(setup))
    if (opened?.version === version) return opened
    if (opened) return { account: { ...opened.account, catalog, documents, isCatalogMadeUp }, version }
    const { environment, config, redis, counters, caches, log, observer } = this.#options
    const { staleSeconds, images, resilience } = config
    const shared = { staleSeconds, images, resilience, redis, counters, caches, log, observer }
    const options = { ...setup, ...shared, trusted: documents }
    const settings = accountSettings(setup, environment, sandbox)
    return { account: openAccount(settings, catalog, options), version }
  }

  #startSandbox(): Promise<Sandbox> {
    this.#sandbox ??= startSandbox()
    return this.#sandbox
  }

  #retire({ uses, [Symbol.asyncDispose]: close }: Account): void {
    const closing = uses
      .ended(this.#options.config.drainMilliseconds)
      .then(() => close())
      .catch((error: unknown) =>
        this.#options.log.error({}, `an account could not be closed: ${outline(error)}`),
      )
      .finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }
}

/** The settings of each vendor that is configured, or emulated by the sandbox. */
export function accountSettings(
  { settings, sandboxed, prefix }: AccountSetup,
  environment: Environment,
  sandbox: Pick<Sandbox, 'environment'> | undefined,
): Settings {
  if (!sandbox || sandboxed.length === 0) return settings
  const emulated = Object.entries(sandbox.environment(sandboxed)).map(([name, value]) => [
    prefix + name,
    value,
  ])
  const variables = { ...environment, ...Object.fromEntries(emulated), ISOTHERM_SANDBOX: 'off' }
  const read = readProviderConfig(variables, { sandboxByDefault: false, prefix })
  const unserved = sandboxed.filter(name => !read.settings[name])
  if (unserved.length > 0)
    throw new StartProblems(unserved.map(name => `ISOTHERM_SANDBOX: ${name} cannot be emulated.`))
  return read.settings
}

/** The identity of the connections. The environment does not change while the process runs. */
function nameOf({ id, prefix }: AccountSetup): string {
  return JSON.stringify([id, prefix])
}
