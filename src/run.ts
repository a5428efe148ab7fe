import { setTimeout as sleep } from 'node:timers/promises'
import { type Environment, logLevelOf, StartProblems } from './config/config.ts'
import { misspelledVariables } from './config/misspelled.ts'
import { type Isotherm, type StartedAccount, startIsotherm } from './isotherm.ts'
import type { DocumentMode } from './server/trusted-documents.ts'
import { listenForSignals } from './stop-signals.ts'
import { logStrayRejections } from './stray-rejections.ts'
import { openProcessLog } from './telemetry/process-log.ts'
import type { Log } from './upstream/log.ts'

/**
 * Runs Isotherm until the first signal to stop, and returns the exit code. From then on it is not ready, and serves for the
 * delay of shutdown before it stops listening. A second signal ends the process at once.
 */
export async function run(
  environment: Environment,
  options: { readonly sandboxByDefault: boolean },
): Promise<number> {
  await using log = await openProcessLog(logLevelOf(environment))
  try {
    using _stray = logStrayRejections(log)
    warnOfMisspelled(environment, log)
    using signals = listenForSignals(environment)
    await using isotherm = await startIsotherm(environment, { ...options, log })
    console.log(greeting(isotherm))
    using _reload = onSignal('SIGHUP', () => void isotherm.reload())
    await signals.first
    isotherm.beUnready()
    console.log('Stopping: requests in flight may end.')
    await sleep(isotherm.shutdownDelayMilliseconds)
    return 0
  } catch (error) {
    if (!(error instanceof StartProblems)) throw error
    log.refuse(error.message, error.problems)
    return 1
  }
}

function warnOfMisspelled(environment: Environment, log: Log): void {
  for (const { name, meant } of misspelledVariables(environment))
    log.warn({ variable: name, meant }, `${name} is no setting: it may be meant as ${meant}`)
}

function onSignal(name: NodeJS.Signals, listener: () => void): Disposable {
  process.on(name, listener)
  return { [Symbol.dispose]: () => void process.off(name, listener) }
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
    `  catalog: ${catalogName} (${catalog.locations.length} locations, ${catalog.websites.length} websites)`,
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
