import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../../src/config/environment.ts'
import { startIsotherm } from '../../src/isotherm.ts'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox.ts'
import type { LogLevel } from '../../src/telemetry/open-log.ts'
import { recordLog } from './recorded-log.ts'

export interface Served extends AsyncDisposable {
  /** Where Isotherm listens. */
  readonly origin: string
  /** The upstreams that it asks, with their journals. */
  readonly sandbox: Sandbox
  /** Where metrics are read; undefined if they are not served. */
  readonly metricsUrl: string | undefined
  /** The messages that it logged so far. */
  readonly log: readonly string[]
  /** The whole lines of the log so far. */
  readonly logLines: readonly string[]
}

/**
 * A whole Isotherm on a free port, whose providers are configured for the emulators as they would be for the vendors.
 * `environment` comes on top: an undefined variable is one that is not set.
 */
export async function serve({
  environment = {},
  catalog = sandboxCatalog(),
  sandbox: options = {},
  logLevel = 'warn',
  breakerPauseMilliseconds = 30_000,
}: {
  readonly environment?: Environment
  readonly catalog?: string
  readonly sandbox?: SandboxOptions
  readonly logLevel?: LogLevel
  readonly breakerPauseMilliseconds?: number
} = {}): Promise<Served> {
  await using resources = new AsyncDisposableStack()
  const sandbox = resources.use(await startSandbox(options))
  const folder = await mkdtemp(join(tmpdir(), 'isotherm-'))
  resources.defer(() => rm(folder, { recursive: true }))
  const file = join(folder, 'catalog.yaml')
  await writeFile(file, catalog)
  const { log, messages, lines } = recordLog(logLevel)
  const variables = {
    PORT: '0',
    ISOTHERM_SANDBOX: 'off',
    ISOTHERM_CATALOG: file,
    // What a call asks is then what a query asked; tests of what is kept say so.
    ISOTHERM_CACHE_BYTES: '0',
    ...sandbox.environment(),
    ...environment,
  }
  const isotherm = resources.use(await startIsotherm(variables, { log, breakerPauseMilliseconds }))
  const owned = resources.move()
  return {
    origin: isotherm.origin,
    sandbox,
    metricsUrl: isotherm.metricsUrl,
    log: messages,
    logLines: lines,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
