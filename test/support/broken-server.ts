import { openTo } from '../../src/access/access.ts'
import { anyone } from '../../src/access/caller.ts'
import { openAccount } from '../../src/account.ts'
import { Catalog } from '../../src/catalog/catalog.ts'
import { readConfig } from '../../src/config/config.ts'
import type { HttpServer } from '../../src/server/http/http-server.ts'
import { type ServerOptions, startServer } from '../../src/server/server.ts'
import { type Log, silentLog } from '../../src/upstream/log.ts'

/** A server without any provider, whose catalog fails at every location in a way that nobody expects. */
export async function startBroken(
  fail: () => never,
  log: Log = silentLog,
  options: Partial<ServerOptions> = {},
): Promise<Pick<HttpServer, 'origin' | 'drain'> & AsyncDisposable> {
  class BrokenCatalog extends Catalog {
    override location(): never {
      return fail()
    }
  }
  const { providers: none, operationLimits } = readConfig({})
  await using resources = new AsyncDisposableStack()
  const account = resources.use(openAccount(none, new BrokenCatalog()))
  const server = await startServer(
    openTo(anyone, () => account),
    {
      host: '127.0.0.1',
      port: 0,
      requestBytes: 4096,
      operationLimits,
      deadlineMilliseconds: 1000,
      corsOrigins: [],
      log,
      ...options,
    },
  )
  resources.defer(() => server.drain(0))
  const owned = resources.move()
  return { ...server, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
