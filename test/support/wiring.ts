import { openAccount } from '../../src/account.ts'
import { Catalog } from '../../src/catalog/catalog.ts'
import { readConfig } from '../../src/config/config.ts'
import type { Environment } from '../../src/config/environment.ts'
import { createContext } from '../../src/context.ts'
import type { Clients, Loaders } from '../../src/providers.ts'
import type { Emulator } from '../../src/sandbox/emulator.ts'
import { notConfigured, UpstreamError } from '../../src/upstream/error.ts'

/** One account's clients, connected to what an environment names. */
export interface Wiring extends AsyncDisposable {
  client<Key extends keyof Clients>(key: Key): NonNullable<Clients[Key]>
  /** The loaders of one more request. */
  request(signal?: AbortSignal): Loaders
}

/** For tests of a single failure: reads that fail are not sent again. */
export const onlyOnce = { ISOTHERM_RETRY_BUDGET: '0' }

/** Wires an account as the process does; `changes` go over the environment that the emulator gives. */
export function wire({ environment }: Pick<Emulator, 'environment'>, changes: Environment = {}): Wiring {
  const { providers, resilience } = readConfig({ ...environment, ...changes })
  const account = openAccount(providers, new Catalog(), { resilience })
  const { clients } = account
  const client: Wiring['client'] = key => {
    const found = clients[key]
    if (!found) throw notConfigured(key)
    return found
  }
  return {
    client,
    request: (signal = new AbortController().signal) => createContext(account, signal).loaders,
    [Symbol.asyncDispose]: () => account[Symbol.asyncDispose](),
  }
}

/** Resolves when the next call of the route arrives, or the next `count`. */
export function arrival({ journal }: Pick<Emulator, 'journal'>, route: string, count = 1): Promise<void> {
  const { arrive } = journal
  let left = count
  return new Promise(resolve => {
    journal.arrive = call => {
      if (call.route === route && --left === 0) resolve()
      return arrive.call(journal, call)
    }
  })
}

/** The UpstreamError that the promise rejects with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<UpstreamError> {
  const outcome = await promise.then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome && outcome.error instanceof UpstreamError) return outcome.error
  throw new Error('expected an UpstreamError', { cause: outcome })
}
