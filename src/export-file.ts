import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, rename, rm } from 'node:fs/promises'
import type { Account } from './account.ts'
import { openCaches } from './caches.ts'
import { StartProblems } from './config/config.ts'
import type { Environment } from './config/environment.ts'
import { type ExportAddress, readExport } from './export/export-request.ts'
import { PartFile, written } from './export/part-file.ts'
import type { Failure, Part, Table } from './export/table.ts'
import { Tally, type Verdict } from './export/verdict.ts'
import { OpenAccounts } from './open-accounts.ts'
import { openOwnGraph } from './server/graphql/own-graph.ts'
import { originAt } from './server/http/authority.ts'
import { readStart } from './setup.ts'
import type { Log } from './upstream/log.ts'
import { openCallCounters } from './upstream/rate-limit/call-counters.ts'

export interface ExportFileOptions {
  readonly environment: Environment
  readonly sandboxByDefault: boolean
  readonly address: ExportAddress
  /** The query in the form of a server's address. */
  readonly query: string
  /** The account in an access file; may be left out if there is only one. */
  readonly account: string | undefined
  readonly file: string
  readonly gone: AbortSignal
  readonly log: Log
  /** Called now and then with all calls planned; if undefined, they are not counted. */
  readonly watch?: ((tally: Tally, planned: number) => void) | undefined
}

/**
 * Writes an export to a file. Until it is whole, and if something failed, its name ends in `.part`; each failure is a line of
 * `<file>.errors.ndjson`. Leaves nothing behind if it rejects: with StartProblems, BadInput, RefusedExport or UnwritableFile, or
 * when `gone` aborts.
 */
export async function exportToFile(options: ExportFileOptions): Promise<Verdict> {
  const { environment, sandboxByDefault, address, query, file, gone, log, watch } = options
  await using resources = new AsyncDisposableStack()
  const { config, setup } = await readStart(environment, sandboxByDefault)
  const redis =
    config.redisUrl &&
    resources.use((await import('./upstream/cache/redis.ts')).openRedis(config.redisUrl, log))
  const counters = resources.use(openCallCounters(redis))
  const caches = openCaches({
    recordBytes: config.cacheBytes,
    imageBytes: config.images.cacheBytes,
    redis,
    log,
  })
  const opened = resources.use(new OpenAccounts({ environment, config, redis, counters, caches, log }))
  resources.use(caches)
  const account = accountOf(await opened.open(setup.accounts), options.account)
  const { operationLimits, deadlineMilliseconds } = config
  const origin = originAt(config.host, config.port)
  const own = openOwnGraph({ account, operationLimits, deadlineMilliseconds, counters, origin, log, gone })
  const request = readExport(address, query, {
    hasDwellTime: account.settings.analytiks?.dwellTime !== undefined,
    mayReadPeople: true,
  })
  // Before any question.
  await using part = await PartFile.open(file)
  const facts = own(false)
  const plan = new Tally()
  if (watch)
    for await (const _part of (await request.open({ facts, calls: plan.counting(own(true)), gone })).parts);
  const planned = plan.planned
  const tally = new Tally()
  const table = await request.open({ facts, calls: tally.counting(facts), gone })
  // In a file of its own, since another export may write to the same name.
  const errors = `${file}.errors.ndjson.${randomUUID()}`
  resources.defer(() => rm(errors, { force: true }))
  const observed = {
    ...table,
    parts: withErrors(table.parts, errors, request.reportsErrors ? undefined : tally),
  }
  const shown = `${file}.errors.ndjson`
  await written(shown, rm(shown, { force: true }))
  await part.write(request.print(observed, tally), () => watch?.(tally, planned))
  gone.throwIfAborted()
  if (tally.verdict.complete) await part.finish()
  else await part.keep()
  if (existsSync(errors)) await written(shown, rename(errors, shown))
  return tally.verdict
}

/** Writes the failures to a file. With `tally` it counts them there, and leaves them out of its result. */
async function* withErrors(
  parts: Table['parts'],
  file: string,
  tally: Tally | undefined,
): AsyncGenerator<Part> {
  for await (const part of parts) {
    if (part.failures.length > 0) await written(file, appendFile(file, part.failures.map(lineOf).join('')))
    if (tally) tally.failed += part.failures.length
    yield tally ? { ...part, failures: [] } : part
  }
}

function lineOf(failure: Failure): string {
  return `${JSON.stringify(failure)}\n`
}

function accountOf(accounts: readonly Account[], id: string | undefined): Account {
  const found = id === undefined ? accounts : accounts.filter(account => account.id === id)
  const [account] = found
  if (account && found.length === 1) return account
  const known = accounts.flatMap(account => account.id ?? []).join(', ')
  throw new StartProblems([
    `name the account with --account: ${known || 'there is only one, without a name'}`,
  ])
}
