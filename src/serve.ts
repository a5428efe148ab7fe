import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from './config/environment.ts'
import type { DocumentMode } from './documents/trusted-documents.ts'
import { type Isotherm, type StartedAccount, type StartOptions, startIsotherm } from './isotherm.ts'
import { counted } from './upstream/counted.ts'

export interface Serving {
  /** Called once, with the addresses that are served. */
  readonly greet: (greeting: string) => void
  /** Calls the listener each time that files are to be read again, until disposed of. */
  readonly onReload: (listener: () => void) => Disposable
}

/**
 * Serves until `stopped` resolves. Then it is not ready, and goes on serving for the shutdown delay before it stops listening.
 */
export async function serveUntil(
  stopped: Promise<unknown>,
  environment: Environment,
  options: StartOptions,
  { greet, onReload }: Serving,
): Promise<void> {
  await using isotherm = await startIsotherm(environment, options)
  greet(greeting(isotherm))
  using _reload = onReload(() => void isotherm.reload())
  await stopped
  isotherm.beUnready()
  await sleep(isotherm.shutdownDelayMilliseconds)
}

function greeting({ origin, accounts, documents: { mode }, metricsUrl }: Isotherm): string {
  return [
    `Isotherm listens on ${origin}/graphql`,
    ...(metricsUrl ? [`  metrics: ${metricsUrl}`] : []),
    ...accounts.flatMap(started => accountLines(started, mode)),
  ].join('\n')
}

function accountLines({ account, catalogName }: StartedAccount, mode: DocumentMode): readonly string[] {
  const { id, providers, catalog, documents } = account
  const width = Math.max(...providers.map(({ name }) => name.length))
  const madeUp = providers.some(({ status }) => status === 'SANDBOX')
  return [
    ...(id === undefined ? [] : [`Account ${id}:`]),
    ...providers.map(
      ({ name, status }) => `  ${name.padEnd(width)}  ${status.toLowerCase().replace('_', ' ')}`,
    ),
    `  catalog: ${catalogName} (${counted(catalog.locations.length, 'location')}, ${counted(catalog.websites.length, 'website')})`,
    ...(documents.count > 0 || mode !== 'off'
      ? [`  documents: ${documents.count} by id; others are ${textsByMode[mode]}`]
      : []),
    ...(catalogName === 'none'
      ? ['  Without a catalog (ISOTHERM_CATALOG), places and pages are found only by their upstream ids.']
      : []),
    ...(madeUp && !account.isCatalogMadeUp
      ? [
          '  The sandbox only knows ids of its own world: for others it answers with nothing, or that they are not found.',
        ]
      : []),
    ...(madeUp
      ? ['  Data of sandbox providers is made up. Set their variables (.env.example) for real data.']
      : []),
  ]
}

const textsByMode = { off: 'answered', log: 'answered and logged', refuse: 'refused' } as const
