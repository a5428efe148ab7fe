import { accountPrefixes } from './account-prefixes.ts'
import { StartProblems } from './config/config.ts'
import type { Environment } from './config/environment.ts'
import { collectorOf, generalSettings } from './config/general-settings.ts'
import { misspelledVariables } from './config/misspelled.ts'
import { serveUntil } from './serve.ts'
import { listenForSignals, onSignal } from './stop-signals.ts'
import { logStrayRejections } from './stray-rejections.ts'
import { openProcessLog } from './telemetry/process-log.ts'
import type { Log } from './upstream/log.ts'

/**
 * Runs Isotherm, in one process or several, until the first signal to stop, and returns the exit code. A second signal ends it
 * at once.
 */
export async function run(environment: Environment, options: RunOptions): Promise<number> {
  const code = await runLogged(environment, options)
  // Without an answering collector, the exporter of traces tries again for ten seconds, and its timers keep the process alive.
  if (collectorOf(generalSettings(environment))) process.exit(code)
  return code
}

interface RunOptions {
  readonly sandboxByDefault: boolean
}

/** The log is flushed when it returns. */
async function runLogged(environment: Environment, { sandboxByDefault }: RunOptions): Promise<number> {
  const { ISOTHERM_LOG_LEVEL: level, ISOTHERM_WORKERS: workers } = generalSettings(environment)
  await using log = await openProcessLog(level)
  try {
    using _stray = logStrayRejections(log)
    using signals = listenForSignals(environment, 'server')
    // SIGHUP asks to read files again, and must never end the process: not before or after it serves, and no worker, which gets a
    // message instead.
    using _hangUp = onSignal('SIGHUP', () => undefined)
    const options = { sandboxByDefault, log }
    const hasWorkers = workers > 1
    if (hasWorkers) {
      const { isWorker, work } = await import('./worker.ts')
      if (isWorker) return await work(signals.first, environment, options)
    }
    await warnOfMisspelled(environment, log)
    const stopped = signals.first.then(() => console.log('Stopping: requests in flight may end.'))
    const onReload = (listener: () => void) => onSignal('SIGHUP', listener)
    if (hasWorkers) {
      const { supervise } = await import('./workers.ts')
      return await supervise(stopped, environment, { ...options, onReload })
    }
    await serveUntil(stopped, environment, options, { greet: console.log, onReload })
    return 0
  } catch (error) {
    if (!(error instanceof StartProblems)) throw error
    log.refuse(error.message, error.problems)
    return 1
  }
}

async function warnOfMisspelled(environment: Environment, log: Log): Promise<void> {
  for (const { name, meant } of misspelledVariables(environment, await accountPrefixes(environment)))
    log.warn({ variable: name, meant }, `${name} is no setting: it may be meant as ${meant}`)
}
