import { type Config, StartProblems } from '../../config/config.ts'
import { misspelledVariables } from '../../config/misspelled.ts'
import { readStart, vendorSettings } from '../../isotherm.ts'
import { connectClients } from '../../providers.ts'
import { openRedis } from '../../upstream/cache/redis.ts'
import { providerNames } from '../../upstream/error.ts'
import { silentLog } from '../../upstream/log.ts'
import { openCallCounters } from '../../upstream/rate-limit/call-counters.ts'
import type { CommandOptions } from '../command-options.ts'
import { readVersion } from '../usage.ts'
import { exitCodeOf, type Finding, findingsText, planText } from './findings.ts'
import { redisFinding } from './redis-finding.ts'
import { costOf, type VendorQuestion, vendorFindings } from './vendor-findings.ts'

/** The most milliseconds that one vendor is asked for. */
const longest = 30_000

/**
 * Checks the settings and asks each configured vendor its cheapest question, all at once. Tells what it found, as text or as
 * one JSON document, and returns 0 if all is well, 1 if something failed and 2 if it could not run.
 */
export async function examine(isJson: boolean, options: CommandOptions): Promise<number> {
  const version = await readVersion()
  const tell = (told: { readonly costs?: object; readonly findings: readonly Finding[] }) => {
    const ok = exitCodeOf(told.findings) === 0
    options.print(
      isJson ? `${JSON.stringify({ version, ok, ...told }, null, 2)}\n` : findingsText(told.findings),
    )
  }
  try {
    await using patient = await openPatient(options)
    const { question, config } = patient
    const costs = costsOf(question)
    if (!isJson) options.print(planText({ version, costs }))
    const findings = [...settingsFindings(options), ...(await ask(question, config))]
    tell({ costs, findings })
    return exitCodeOf(findings)
  } catch (error) {
    if (!(error instanceof StartProblems)) throw error
    tell({ findings: [...misspelledFindings(options), ...error.problems.map(problemFinding)] })
    return 2
  }
}

interface Patient extends AsyncDisposable {
  readonly question: VendorQuestion
  readonly config: Config
}

/** Rejects with StartProblems, as the server would. */
async function openPatient({ environment, inherited, sandboxByDefault }: CommandOptions): Promise<Patient> {
  const { config, catalog } = await readStart(environment, sandboxByDefault)
  await using resources = new AsyncDisposableStack()
  const settings = await vendorSettings(environment, config, resources)
  const redis = config.redisUrl && resources.use(openRedis(config.redisUrl, silentLog))
  const counters = resources.use(openCallCounters(redis))
  const clients = connectClients(settings, counters)
  for (const client of Object.values(clients)) if (client) resources.use(client)
  const owned = resources.move()
  return {
    config,
    question: {
      settings,
      clients,
      catalog,
      sandboxed: config.sandboxed,
      deadlineMilliseconds: longest,
      placeOf: variable => placeOf(variable, inherited),
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function ask(question: VendorQuestion, { redisUrl }: Config): Promise<readonly Finding[]> {
  const vendors = providerNames.map(name => vendorFindings(name, question))
  const redis = redisUrl ? [redisFinding(redisUrl, question.placeOf('REDIS_URL')).then(found => [found])] : []
  return (await Promise.all([...vendors, ...redis])).flat()
}

function costsOf(question: VendorQuestion): Readonly<Record<string, string>> {
  return Object.fromEntries(
    providerNames.flatMap(name => {
      const cost = costOf(name, question)
      return cost === undefined ? [] : [[name, cost]]
    }),
  )
}

function settingsFindings(options: CommandOptions): readonly Finding[] {
  const message = 'The settings and the files that they name can be read.'
  return [{ subject: 'settings', status: 'ok', message }, ...misspelledFindings(options)]
}

function misspelledFindings({ environment, inherited }: CommandOptions): readonly Finding[] {
  return misspelledVariables(environment).map(({ name, meant }) => {
    const place = placeOf(name, inherited)
    const message = `${name} (set in ${place}) is no setting: it may be meant as ${meant}.`
    return { subject: 'settings', status: 'warning', message, variables: { [name]: place } }
  })
}

function problemFinding(message: string): Finding {
  return { subject: 'settings', status: 'failed', message }
}

/** What the environment sets goes before the file. */
function placeOf(variable: string, inherited: ReadonlySet<string>): string {
  return inherited.has(variable) ? 'the environment' : 'the file .env'
}
