import type { IncomingMessage } from 'node:http'
import { type Access, openTo } from '../../src/access/access.ts'
import { anyone, type Caller } from '../../src/access/caller.ts'
import { type Scope, scopes } from '../../src/access/scopes.ts'
import { openAccount } from '../../src/account.ts'
import { readCatalog } from '../../src/catalog/file.ts'
import { readConfig } from '../../src/config/config.ts'
import type { Environment } from '../../src/config/environment.ts'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox.ts'
import type { RequestObserver } from '../../src/server/http/request-record.ts'
import { startServer } from '../../src/server/server.ts'
import { recordLog } from './recorded-log.ts'

export interface CallersServed extends AsyncDisposable {
  readonly origin: string
  readonly sandbox: Sandbox
  readonly log: readonly string[]
}

/** The headers by which a request to such a server says who its caller is; without them, one with all scopes. */
export function as(allowed: readonly Scope[], caller = 'somebody'): Record<string, string> {
  return { 'test-caller': caller, 'test-scopes': allowed.join(' ') }
}

/**
 * Serves one account to callers whom their requests name, as no real Isotherm does: for tests of what callers with these
 * scopes and limits get, whichever way real callers are told apart.
 */
export async function serveCallers({
  environment = {},
  catalog = sandboxCatalog(),
  sandbox: options = {},
  limits = {},
  isOpen = false,
  observers = [],
}: {
  readonly environment?: Environment
  readonly catalog?: string
  readonly sandbox?: SandboxOptions
  /** By the caller's name. */
  readonly limits?: Readonly<Record<string, Caller['limits']>>
  /** Whether it tells no callers apart. */
  readonly isOpen?: boolean
  readonly observers?: readonly RequestObserver[]
} = {}): Promise<CallersServed> {
  await using resources = new AsyncDisposableStack()
  const sandbox = resources.use(await startSandbox(options))
  const variables = {
    PORT: '0',
    ISOTHERM_SANDBOX: 'off',
    ISOTHERM_CACHE_BYTES: '0',
    ...sandbox.environment(),
    ...environment,
  }
  const config = readConfig(variables)
  const read = readCatalog(catalog, 'the test')
  if (!('catalog' in read)) throw new Error(read.problems.join('\n'))
  const account = resources.use(openAccount(config.providers, read.catalog, config))
  const callers = new Map<string, Caller>()
  const access: Access = isOpen
    ? openTo(anyone, () => account)
    : {
        enter: request => {
          const caller = callerOf(request, limits)
          const name = JSON.stringify([caller.id, ...caller.scopes])
          return { caller: callers.getOrInsert(name, caller), account }
        },
        accountOf: () => account,
        ticketFor: async () => ({ ticket: 'none', expiresInSeconds: 60 }),
      }
  const { publicUrl } = config.images
  const { log, messages } = recordLog()
  const { documents: _none, ...settings } = config
  const sharedBytes = config.cacheBytes > 0 ? 2 ** 24 : 0
  const server = await startServer(access, { ...settings, publicUrl, log, sharedBytes, observers })
  resources.defer(() => server.drain(config.drainMilliseconds))
  const owned = resources.move()
  return { origin: server.origin, sandbox, log: messages, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function callerOf({ headers }: IncomingMessage, limits: Readonly<Record<string, Caller['limits']>>): Caller {
  const named = headers['test-scopes']
  const id = String(headers['test-caller'] ?? 'anybody')
  const allowed =
    named === undefined ? scopes : scopes.filter(scope => String(named).split(' ').includes(scope))
  return { id, scopes: new Set(allowed), ...(limits[id] && { limits: limits[id] }) }
}
