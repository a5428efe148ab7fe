import { accountPrefixes } from '../../account-prefixes.ts'
import { type Config, StartProblems } from '../../config/config.ts'
import { misspelledVariables } from '../../config/misspelled.ts'
import { openProblems } from '../../config/open-problems.ts'
import { accountSettings } from '../../open-accounts.ts'
import { connectClients } from '../../providers.ts'
import { startSandbox } from '../../sandbox.ts'
import { readStart } from '../../setup.ts'
import { openRedis } from '../../upstream/cache/redis.ts'
import { providerNames } from '../../upstream/error.ts'
import { silentLog } from '../../upstream/log.ts'
import { openCallCounters } from '../../upstream/rate-limit/call-counters.ts'
import { readVersion } from '../../version.ts'
import type { CommandOptions } from '../command-options.ts'
import { exportFolderFindings } from './export-folder-findings.ts'
import { exitCodeOf, type Finding, findingsText, planText } from './findings.ts'
import { redisFindings } from './redis-findings.ts'
import { costOf, subjectOf, type VendorQuestion, vendorFindings } from './vendor-findings.ts'

/** The longest time for the questions to one vendor, in milliseconds. */
const longest = 30_000

/**
 * Checks the settings and asks each configured vendor its cheapest question, all at once. Prints its findings, as text or as one
 * JSON document. Returns 0 if all is well, 1 if something failed and 2 if it could not run.
 */
export async function examine(isJson: boolean, options: CommandOptions): Promise<number> {
  const version = await readVersion()
  const report = (examined: { readonly costs?: object; readonly findings: readonly Finding[] }) => {
    const ok = exitCodeOf(examined.findings) === 0
    options.print(
      isJson ? `${JSON.stringify({ version, ok, ...examined }, null, 2)}\n` : findingsText(examined.findings),
    )
  }
  try {
    await using patient = await openPatient(options)
    const { questions } = patient
    const costs = costsOf(questions)
    if (!isJson) options.print(planText({ version, costs }))
    const findings = [...(await settingsFindings(options)), ...(await ask(patient))]
    report({ costs, findings })
    return exitCodeOf(findings)
  } catch (error) {
    if (!(error instanceof StartProblems)) throw error
    const wrong = [...error.problems.map(problemFinding), ...openFindings(options)]
    report({ findings: [...(await misspelledFindings(options)), ...wrong] })
    return 2
  }
}

interface Patient extends AsyncDisposable {
  /** One for each account. */
  readonly questions: readonly VendorQuestion[]
  readonly config: Config
  /** Says where a variable is set. */
  readonly placeOf: (variable: string) => string
}

/** Rejects with StartProblems, as the server does at its start. */
async function openPatient({ environment, inherited, sandboxByDefault }: CommandOptions): Promise<Patient> {
  const { config, setup } = await readStart(environment, sandboxByDefault)
  await using resources = new AsyncDisposableStack()
  const isEmulated = setup.accounts.some(({ sandboxed }) => sandboxed.length > 0)
  const sandbox = isEmulated ? resources.use(await startSandbox()) : undefined
  const redis = config.redisUrl && resources.use(openRedis(config.redisUrl, silentLog))
  const counters = resources.use(openCallCounters(redis))
  const questions = setup.accounts.map((account): VendorQuestion => {
    const { id, prefix, catalog, sandboxed } = account
    const settings = accountSettings(account, environment, sandbox)
    const clients = connectClients(settings, counters)
    for (const client of Object.values(clients)) if (client) resources.use(client)
    return {
      account: id,
      settings,
      clients,
      catalog,
      sandboxed,
      deadlineMilliseconds: longest,
      prefix,
      placeOf: variable => placeOf(variable, inherited),
    }
  })
  const owned = resources.move()
  return {
    config,
    questions,
    placeOf: variable => placeOf(variable, inherited),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function ask({ questions, config, placeOf }: Patient): Promise<readonly Finding[]> {
  const { redisUrl, exportFiles } = config
  const vendors = questions.flatMap(question => providerNames.map(name => vendorFindings(name, question)))
  const redis = redisUrl ? [redisFindings(redisUrl, placeOf('REDIS_URL'))] : []
  const folder = exportFolderFindings(exportFiles.folder, placeOf('ISOTHERM_EXPORT_DIR'))
  return (await Promise.all([...vendors, ...redis, folder])).flat()
}

function costsOf(questions: readonly VendorQuestion[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    questions.flatMap(question =>
      providerNames.flatMap(name => {
        const cost = costOf(name, question)
        return cost === undefined ? [] : [[subjectOf(name, question), cost]]
      }),
    ),
  )
}

async function settingsFindings(options: CommandOptions): Promise<readonly Finding[]> {
  const message = 'The settings and the files that they name can be read.'
  const misspelled = await misspelledFindings(options)
  return [{ subject: 'settings', status: 'ok', message }, ...openFindings(options), ...misspelled]
}

function openFindings({ environment, sandboxByDefault }: CommandOptions): readonly Finding[] {
  return openProblems(environment, sandboxByDefault).map(problem => problemFinding(`${problem}.`))
}

async function misspelledFindings({ environment, inherited }: CommandOptions): Promise<readonly Finding[]> {
  return misspelledVariables(environment, await accountPrefixes(environment)).map(({ name, meant }) => {
    const place = placeOf(name, inherited)
    const message = `${name} (set in ${place}) is no setting: it may be meant as ${meant}.`
    return { subject: 'settings', status: 'warning', message, variables: { [name]: place } }
  })
}

function problemFinding(message: string): Finding {
  return { subject: 'settings', status: 'failed', message }
}

/** The environment goes before the file. */
function placeOf(variable: string, inherited: ReadonlySet<string>): string {
  return inherited.has(variable) ? 'the environment' : 'the file .env'
}
