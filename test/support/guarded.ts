import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { mintKey } from '../../src/access/keys.ts'
import { type Scope, scopes } from '../../src/access/scopes.ts'
import type { Environment } from '../../src/config/environment.ts'
import { type Isotherm, startIsotherm } from '../../src/isotherm.ts'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox.ts'
import type { LogLevel } from '../../src/telemetry/open-log.ts'
import { recordLog } from './recorded-log.ts'

/** What stands in an access file, as its YAML. */
export interface Written {
  readonly accounts: readonly object[]
  readonly callers?: readonly object[]
  readonly issuers?: readonly object[]
}

export interface Guarded extends AsyncDisposable {
  readonly isotherm: Isotherm
  readonly origin: string
  readonly sandbox: Sandbox
  /** Where its files are. */
  readonly folder: string
  readonly log: readonly string[]
  /** The whole lines of the log so far. */
  readonly logLines: readonly string[]
  /** Writes the access file anew, and has it read. */
  rewrite(file: Written | string): Promise<void>
}

/** The names of the environments' variables that point two accounts at the same emulators. */
export const prefixes = ['ONE_', 'TWO_'] as const

/** An Isotherm with an access file, whose accounts may be those of `prefixes`; both use one catalog unless told. */
export async function serveGuarded(
  file: Written | string,
  {
    environment = {},
    files = {},
    sandboxByDefault = true,
    level = 'warn',
  }: {
    readonly environment?: Environment
    readonly files?: Readonly<Record<string, string>>
    readonly sandboxByDefault?: boolean
    /** Of the log that is recorded. */
    readonly level?: LogLevel
  } = {},
): Promise<Guarded> {
  await using resources = new AsyncDisposableStack()
  const sandbox = resources.use(await startSandbox())
  const folder = await mkdtemp(join(tmpdir(), 'isotherm-'))
  resources.defer(() => rm(folder, { recursive: true }))
  const write = (name: string, text: string) => writeFile(join(folder, name), text)
  const textOf = (written: Written | string) => (typeof written === 'string' ? written : stringify(written))
  await write('catalog.yaml', sandboxCatalog())
  await write('access.yaml', textOf(file))
  for (const [name, text] of Object.entries(files)) await write(name, text)
  const { log, messages, lines } = recordLog(level)
  const emulated = prefixes.flatMap(prefix =>
    Object.entries(sandbox.environment()).map(([name, value]) => [prefix + name, value]),
  )
  const variables = {
    PORT: '0',
    ISOTHERM_SANDBOX: 'off',
    ISOTHERM_CATALOG: join(folder, 'catalog.yaml'),
    ISOTHERM_ACCESS: join(folder, 'access.yaml'),
    ...Object.fromEntries(emulated),
    ...sandbox.environment(),
    ...environment,
  }
  const isotherm = resources.use(await startIsotherm(variables, { log, sandboxByDefault }))
  const owned = resources.move()
  return {
    isotherm,
    origin: isotherm.origin,
    sandbox,
    folder,
    log: messages,
    logLines: lines,
    async rewrite(next) {
      await write('access.yaml', textOf(next))
      await isotherm.reload()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A caller of an access file, with the key that lets it in. */
export function someCaller(
  id: string,
  accounts: readonly string[],
  { scopes: own = scopes, ...members }: { scopes?: readonly Scope[]; expires?: string; limits?: object } = {},
) {
  const { key, line } = mintKey()
  return { key, entry: { id, keys: [line], accounts, scopes: own, ...members } }
}

export function bearer(credential: string, account?: string): Record<string, string> {
  return {
    authorization: `Bearer ${credential}`,
    ...(account !== undefined && { 'isotherm-account': account }),
  }
}

/** Posts a query, and gives the whole response. */
export async function post(
  origin: string,
  headers: Readonly<Record<string, string>>,
  query = '{ locations(first: 1) { nodes { name } } }',
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}
