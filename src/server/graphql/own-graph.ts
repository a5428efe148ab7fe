import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { schema } from '../../../schema/index.ts'
import { anyone } from '../../access/caller.ts'
import type { Account } from '../../account.ts'
import { pauseFields } from '../../execution/paused-fields.ts'
import type { AskGraph } from '../../export/ask-graph.ts'
import type { Log } from '../../upstream/log.ts'
import type { CallCounters } from '../../upstream/rate-limit/call-counters.ts'
import { WaitClock } from '../../upstream/wait-clock.ts'
import { CallerLimits } from '../limits/caller-limits.ts'
import type { OperationLimits } from '../limits/operation-limits.ts'
import { ownOperations } from './own-operations.ts'
import { useCompiledOperations } from './plugins/compiled-operations.ts'
import { maskErrors } from './plugins/masked-errors.ts'
import { operationPlugins } from './yoga.ts'

export interface OwnGraphOptions {
  readonly account: Account
  readonly operationLimits: OperationLimits
  /** For all upstream calls of one operation. */
  readonly deadlineMilliseconds: number
  readonly counters: CallCounters
  /** The base of image links, if no public URL is set. */
  readonly origin: string
  readonly log: Log
  readonly gone: AbortSignal
}

/**
 * The graph of an account for the person who runs this process, without a server: they have its credentials, so they may ask
 * everything.
 */
export function openOwnGraph(options: OwnGraphOptions): (isDryRun: boolean) => AskGraph {
  const { account, operationLimits, deadlineMilliseconds, counters, origin, log, gone } = options
  pauseFields(schema)
  const maskedErrors = maskErrors(log)
  const plugins = operationPlugins(useCompiledOperations(schema), {
    listening: origin,
    deadlineMilliseconds,
    operationLimits,
    callerLimits: new CallerLimits(counters, log),
    costMode: 'measure',
    mode: 'off',
    maskedErrors,
    log,
  })
  const record = {
    id: 'export',
    method: 'GET',
    startedAt: performance.now(),
    waiting: new WaitClock(),
    traceparent: undefined,
  }
  return ownOperations({ schema, plugins, maskedErrors, deadlineMilliseconds })({
    // Nobody reads this response; plugins write headers with callers' limits there.
    res: new ServerResponse(new IncomingMessage(new Socket())),
    record,
    caller: anyone,
    account,
    gone,
    origin: () => origin,
  })
}
