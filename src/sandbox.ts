import { type EmulatorOptions, type Emulators, providers } from './providers.ts'
import { providerNames } from './upstream/error.ts'
import { byProviderInTurn } from './upstream/provider/by-provider.ts'

/** The emulated vendors, which share one made-up world. */
export interface Sandbox extends Emulators, AsyncDisposable {
  /** All emulators, in the order of the providers. */
  readonly emulators: readonly Emulators[keyof Emulators][]
  /** The environment variables with which Isotherm uses the emulators of these providers. */
  environment(names?: readonly string[]): Record<string, string>
}

/** Options of the emulators, for tests. */
export type SandboxOptions = Partial<EmulatorOptions>

/** Starts the emulator of every provider on a free loopback port. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  await using resources = new AsyncDisposableStack()
  const started = await byProviderInTurn<Emulators>(async name => {
    const serve = await providers[name].emulator()
    return resources.use(await serve(options[name]))
  })
  const owned = resources.move()
  return {
    ...started,
    emulators: providerNames.map(name => started[name]),
    environment(names = providerNames) {
      const chosen = providerNames.filter(name => names.includes(name))
      return Object.assign({}, ...chosen.map(name => started[name].environment))
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
