import type { Asking } from '../../export/ask-graph.ts'
import { collectEarly } from '../../export/early-collection.ts'
import { type ExportFiles, NoRoom } from '../../export/export-files.ts'
import { exportFileReference, exportPath } from '../../export/export-path.ts'
import { type ExportRequest, exportAt, readExport, type TextExport } from '../../export/export-request.ts'
import { RefusedExport, statusOf } from '../../export/refused-export.ts'
import type { Table } from '../../export/table.ts'
import { CutExport } from '../../export/text-formats.ts'
import { Tally } from '../../export/verdict.ts'
import { sendJson } from '../../images/json-response.ts'
import { BadInput } from '../../upstream/bad-input.ts'
import type { EnteredExchange } from '../front-door.ts'
import type { ownOperations } from '../graphql/own-operations.ts'
import { asksForDryRun, checkExplain } from '../http/explain.ts'
import { requireScope } from '../http/insufficient-scope.ts'
import { Refusal } from '../http/refusal.ts'
import { originOf } from '../http/request-origin.ts'
import { sendPieces } from '../http/response-body.ts'
import { responseSignal } from '../http/response-signal.ts'
import { drop } from '../http/slow-readers.ts'
import { type CallerLimits, whoOf } from '../limits/caller-limits.ts'
import { busy, limited, Slots } from './slots.ts'

export interface ExportRouteOptions {
  readonly operations: ReturnType<typeof ownOperations>
  readonly callerLimits: Pick<CallerLimits, 'chargeOf'>
  /** The address where the server listens. */
  readonly listening: string
  readonly patience: number
  /** Holds files that can be used only once they are whole. */
  readonly files: Pick<ExportFiles, 'keep'>
  /** Records why the disk refused the file. */
  readonly logError: (error: unknown, where: string, requestId: string) => void
}

/**
 * Sends a table that a caller may read as a file: row by row while it is asked for, or the address of a file. A refused request
 * gets nothing else.
 */
export function exportRoute(options: ExportRouteOptions): (exchange: EnteredExchange) => Promise<void> {
  // Each holds one batch of rows in memory.
  const ofCallers = new Slots(2, owner => limited(`${whoOf(owner)} may run 2 exports at once`))
  const ofAll = new Slots(6, () => busy('Too many exports run at once'))
  return async exchange => {
    const { request, response, caller } = exchange
    checkExplain(request, caller)
    const asked = requestOf(exchange)
    using _own = ofCallers.take(caller.id)
    using _running = ofAll.take()
    const tally = new Tally()
    const asking = askingOf(exchange, tally, options)
    try {
      const table = await asked.open(asking)
      if (asksForDryRun(request)) return await sendDryRun(exchange, table, tally)
      using _early = collectEarly()
      if (asked.type === undefined) {
        const id = await options.files.keep(caller.id, asked.print(table, tally), asking.gone)
        return sendAddress(exchange, id, tally)
      }
      const pieces = asked.print(table, tally)
      const opening = await openingOf(pieces, asked.heldLength)
      if (response.destroyed) return void (await pieces.return(undefined))
      await sendPieces(continued(opening, pieces), {
        request,
        response,
        status: 200,
        headers: headersOf(exchange, asked, tally),
        patience: options.patience,
      })
    } catch (error) {
      if (asking.gone.aborted) return
      if (response.headersSent && error instanceof CutExport) return drop(response)
      if (error instanceof NoRoom && error.cause !== undefined)
        options.logError(error.cause, 'the folder of exports (ISOTHERM_EXPORT_DIR)', exchange.record.id)
      throw refusalOf(error)
    }
  }
}

/** Throws a Refusal. */
function requestOf({ target, caller, account }: EnteredExchange): ExportRequest {
  const address = exportAt(target.path)
  if (!address) throw new TypeError('a path that is no export')
  requireScope(caller, address.kind.scope, `An export of ${address.name}`)
  const { dwellTime } = account.settings.analytiks ?? {}
  try {
    return readExport(address, target.query, {
      hasDwellTime: dwellTime !== undefined,
      mayReadPeople: caller.scopes.has('people:read'),
    })
  } catch (error) {
    throw refusalOf(error)
  }
}

function askingOf(
  { request, response, record, caller, account }: EnteredExchange,
  tally: Tally,
  { operations, callerLimits, listening }: ExportRouteOptions,
): Asking {
  const gone = responseSignal(response)
  const own = operations({
    res: response,
    record,
    caller,
    account,
    gone,
    origin: () => originOf(request, listening),
    chargeOf: provider => callerLimits.chargeOf(caller, provider),
  })
  return { facts: own(false), calls: tally.counting(own(asksForDryRun(request))), gone }
}

/** A CSV can say only here that its data is made up. */
function headersOf(
  { target }: EnteredExchange,
  { type }: TextExport,
  { verdict: { sandbox } }: Tally,
): Readonly<Record<string, string>> {
  return {
    ...(sandbox && { 'isotherm-sandbox': sandbox.join(', ') }),
    'content-type': type,
    'content-disposition': `attachment; filename="${fileNameOf(target)}"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
}

/** Anybody with the address may read the file. */
function sendAddress(
  { response, target }: EnteredExchange,
  id: string,
  { verdict: { sandbox } }: Tally,
): void {
  const headers = {
    ...(sandbox && { 'isotherm-sandbox': sandbox.join(', ') }),
    location: exportFileReference(id, fileNameOf(target)),
    'content-length': 0,
    'cache-control': 'no-store',
  }
  response.writeHead(303, headers).end()
}

function fileNameOf({ path }: EnteredExchange['target']): string {
  return path.slice(exportPath.length)
}

/** The number of calls that the export would make with a cold cache. */
async function sendDryRun(
  { request, response }: EnteredExchange,
  { parts }: Table,
  tally: Tally,
): Promise<void> {
  for await (const { failures } of parts) tally.failed += failures.length
  const planned = Object.fromEntries(
    Object.entries(tally.calls).map(([name, calls]) => [name, calls.planned]),
  )
  sendJson(request, response, 200, 'application/json', { planned })
}

/** Collects the first characters, up to that number: until they are sent, an export can still be refused. */
async function openingOf(pieces: AsyncGenerator<string>, length: number): Promise<string> {
  let opening = ''
  while (opening.length < length) {
    const { done, value } = await pieces.next()
    if (done) break
    opening += value
  }
  return opening
}

async function* continued(opening: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield opening
  yield* rest
}

/** Other errors stay as they are. */
function refusalOf(error: unknown): unknown {
  if (error instanceof BadInput) return new Refusal(400, error.message, {}, 'BAD_USER_INPUT')
  if (error instanceof CutExport) {
    const { code, retryAfterSeconds } = error.failure
    return new Refusal(statusOf(code), error.message, retryHeader(retryAfterSeconds), code)
  }
  if (error instanceof NoRoom) return new Refusal(507, error.message, {}, 'EXPORT_TOO_LARGE')
  if (!(error instanceof RefusedExport)) return error
  const { status, message, code, retryAfterSeconds } = error
  return new Refusal(status, message, retryHeader(retryAfterSeconds), code)
}

function retryHeader(seconds: number | undefined): Readonly<Record<string, string>> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) }
}
