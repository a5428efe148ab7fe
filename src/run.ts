import { once } from 'node:events'
import { type Environment, logLevelOf, StartProblems } from './config/config.ts'
import { type Isotherm, startIsotherm } from './isotherm.ts'
import { logStrayRejections } from './stray-rejections.ts'
import { openProcessLog } from './telemetry/process-log.ts'

/**
 * Runs Isotherm until the first signal to stop, and returns the exit code. A second signal ends the process at once.
 */
export async function run(
  environment: Environment,
  options: { readonly sandboxByDefault: boolean },
): Promise<number> {
  try {
    const log = await openProcessLog(logLevelOf(environment))
    using _stray = logStrayRejections(log)
    const stopping = stopSignal()
    await using isotherm = await startIsotherm(environment, { ...options, log })
    console.log(greeting(isotherm))
    await stopping
    console.log('Stopping: requests in flight may end.')
    return 0
  } catch (error) {
    if (!(error instanceof StartProblems)) throw error
    console.error(error.message)
    return 1
  }
}

/** Stops listening after the first signal, so that the next one has its default effect. */
async function stopSignal(): Promise<void> {
  const listening = new AbortController()
  const { signal } = listening
  const heard = ['SIGTERM', 'SIGINT'].map(name => once(process, name, { signal }))
  await Promise.race(heard)
  listening.abort()
  await Promise.allSettled(heard)
}

function greeting({ origin, account, catalogName, documents: { trusted, mode } }: Isotherm): string {
  const { providers, catalog } = account
  const width = Math.max(...providers.map(({ name }) => name.length))
  const madeUp = providers.some(({ status }) => status === 'SANDBOX')
  return [
    `Isotherm listens on ${origin}/graphql`,
    ...providers.map(
      ({ name, status }) => `  ${name.padEnd(width)}  ${status.toLowerCase().replace('_', ' ')}`,
    ),
    `  catalog: ${catalogName} (${catalog.locations.length} locations, ${catalog.websites.length} websites)`,
    ...(trusted.count > 0 || mode !== 'off'
      ? [`  documents: ${trusted.count} by id; others are ${textsByMode[mode]}`]
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
  ].join('\n')
}

const textsByMode = { off: 'answered', log: 'answered and logged', refuse: 'refused' } as const
