import { hash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import type { AccessFile, AccountEntry } from './access/access-file.ts'
import { Catalog } from './catalog/catalog.ts'
import { type Config, noManifest, readConfig, StartProblems } from './config/config.ts'
import type { Environment } from './config/environment.ts'
import { fileState, joinedStates } from './config/file-state.ts'
import { generalSettings } from './config/general-settings.ts'
import { readProviderConfig } from './config/provider-settings.ts'
import { readTextFile } from './config/text-file.ts'
import { readManifest, TrustedDocuments } from './documents/trusted-documents.ts'
import type { Settings } from './providers.ts'
import { trustedPageDocuments } from './server/pages/page-documents.ts'
import type { ProviderName } from './upstream/error.ts'

/** The description of one account, read and checked. */
export interface AccountSetup {
  /** Undefined for the environment's own account, without an access file. */
  readonly id: string | undefined
  /** The prefix of its providers' variables. */
  readonly prefix: string
  /** The settings of its real providers. */
  readonly settings: Settings
  readonly sandboxed: readonly ProviderName[]
  readonly catalog: Catalog
  /** The catalog's file, or a word for its source. */
  readonly catalogName: string
  readonly isCatalogMadeUp: boolean
  readonly documents: TrustedDocuments
  /** Differs after a change of the catalog or the documents. */
  readonly version: string
}

export interface Setup {
  /** Undefined without an access file. */
  readonly access: AccessFile | undefined
  readonly accounts: readonly AccountSetup[]
}

export interface SetupReader {
  /** The files that were read last, good or bad. */
  readonly files: readonly string[]
  /** The states that they had just before they were read. */
  readonly states: string
  /** Rejects with StartProblems that list everything wrong with the files. */
  read(): Promise<Setup>
}

export interface Start {
  readonly config: Config
  readonly setup: Setup
  /** Reads the setup again. */
  readonly reader: SetupReader
}

/**
 * Rejects with StartProblems that list everything wrong with the environment and the files that it names, and then the other
 * problems.
 */
export async function readStart(
  environment: Environment,
  sandboxByDefault: boolean,
  otherProblems: readonly string[] = [],
): Promise<Start> {
  const reader = openSetup(environment, sandboxByDefault)
  const [config, setup] = await Promise.allSettled([
    (async () => readConfig(environment, { sandboxByDefault }))(),
    reader.read(),
  ])
  if (config.status === 'fulfilled' && setup.status === 'fulfilled' && otherProblems.length === 0)
    return { config: config.value, setup: setup.value, reader }
  throw new StartProblems([...[config, setup].flatMap(problemsOf), ...otherProblems])
}

function problemsOf(result: PromiseSettledResult<unknown>): readonly string[] {
  if (result.status === 'fulfilled') return []
  if (result.reason instanceof StartProblems) return result.reason.problems
  throw result.reason
}

/** Reads all that may change while Isotherm runs: the access file, catalogs and manifests of documents. */
function openSetup(environment: Environment, sandboxByDefault: boolean): SetupReader {
  const general = generalSettings(environment)
  const { ISOTHERM_ACCESS: accessFile } = general
  let last = new TextFiles([])

  const read = async (): Promise<Setup> => {
    const problems: string[] = []
    const texts = new TextFiles(problems)
    const access =
      accessFile &&
      (await readAccess((await texts.read(accessFile, 'the access file')) ?? '', accessFile, problems))
    const entries: readonly (AccountEntry | undefined)[] = access
      ? access.accounts
      : accessFile
        ? []
        : [undefined]
    const accounts: AccountSetup[] = []
    for (const entry of entries) accounts.push(await readAccount(entry, texts, problems))
    last = texts
    if (problems.length > 0) throw new StartProblems([...new Set(problems)])
    return { access: access || undefined, accounts }
  }

  const readAccount = async (
    entry: AccountEntry | undefined,
    texts: TextFiles,
    problems: string[],
  ): Promise<AccountSetup> => {
    const { id, variables: prefix = '' } = entry ?? {}
    const besideAccess = (file: string | undefined) => file && resolve(dirname(accessFile ?? ''), file)
    const { problems: ofProviders, ...providers } = readProviderConfig(environment, {
      sandboxByDefault,
      prefix,
      owner: entry && `the account ${entry.id} in ${accessFile}`,
    })
    // The problems of the environment's own account are reported with the environment.
    if (entry) problems.push(...ofProviders)

    const file = besideAccess(entry?.catalog) ?? general.ISOTHERM_CATALOG
    // With a real vendor, the sandbox's catalog would name the wrong things.
    const isCatalogMadeUp =
      !file && Object.values(providers.settings).every(settings => settings === undefined)
    const catalogName = file || (isCatalogMadeUp ? 'the sandbox' : 'none')
    const madeUp = isCatalogMadeUp ? await madeUpCatalog() : ''
    const catalogText = file ? ((await texts.read(file, 'the catalog')) ?? '') : madeUp
    const catalog =
      file || isCatalogMadeUp ? await parseCatalog(catalogText, catalogName, problems) : undefined

    const manifest = besideAccess(entry?.documents) ?? general.ISOTHERM_DOCUMENTS
    if (entry && !manifest && general.ISOTHERM_DOCUMENT_MODE !== 'off')
      problems.push(`${noManifest}, or the account ${entry.id} in ${accessFile}`)
    const manifestText = manifest && (await texts.read(manifest, 'the manifest of documents'))
    const shipped = general.ISOTHERM_PAGE === 'off' ? undefined : await trustedPageDocuments()
    const trusted =
      manifest && manifestText !== undefined ? readManifest(manifestText, manifest, shipped) : undefined
    if (trusted && 'problems' in trusted) problems.push(...trusted.problems)

    return {
      id,
      prefix,
      ...providers,
      catalog: catalog ?? new Catalog(),
      catalogName,
      isCatalogMadeUp,
      documents: trusted && 'documents' in trusted ? trusted.documents : new TrustedDocuments(shipped),
      version: hash('sha256', JSON.stringify([catalogName, catalogText, manifestText])),
    }
  }

  return {
    get files() {
      return last.files
    },
    get states() {
      return last.states
    },
    read,
  }
}

/** Reads each file once. */
class TextFiles {
  readonly #texts = new Map<string, string | undefined>()
  readonly #states = new Map<string, string | undefined>()
  readonly #problems: string[]

  constructor(problems: string[]) {
    this.#problems = problems
  }

  get files(): readonly string[] {
    return [...this.#texts.keys()]
  }

  get states(): string {
    return joinedStates(this.#states)
  }

  /** Undefined if the file cannot be read, which is a problem. */
  async read(file: string, what: string): Promise<string | undefined> {
    if (this.#texts.has(file)) return this.#texts.get(file)
    this.#states.set(file, await fileState(file))
    const read = await readTextFile(file, what)
    if ('problem' in read) this.#problems.push(read.problem)
    const text = 'text' in read ? read.text : undefined
    this.#texts.set(file, text)
    return text
  }
}

/** Undefined if there are problems. YAML is loaded only where there is a file. */
async function parseCatalog(text: string, name: string, problems: string[]): Promise<Catalog | undefined> {
  const { readCatalog } = await import('./catalog/file.ts')
  const read = readCatalog(text, name)
  if ('catalog' in read) return read.catalog
  problems.push(...read.problems)
  return undefined
}

async function readAccess(text: string, file: string, problems: string[]): Promise<AccessFile | undefined> {
  // If the file cannot be read, nothing else can be wrong with it.
  if (problems.length > 0) return undefined
  const { readAccessFile } = await import('./access/access-file.ts')
  const read = readAccessFile(text, file)
  if (!('problems' in read)) return read.value
  problems.push(...read.problems)
  return undefined
}

/** Imported on use: production never loads the sandbox. */
async function madeUpCatalog(): Promise<string> {
  const { sandboxCatalog } = await import('./sandbox/catalog.ts')
  return sandboxCatalog()
}
