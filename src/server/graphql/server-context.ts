import type { ServerResponse } from 'node:http'
import type { Caller } from '../../access/caller.ts'
import type { Account } from '../../account.ts'
import type { RequestRecord } from '../http/request-record.ts'

/** The context that Yoga gets with each operation. */
export interface ServerContext {
  readonly res: ServerResponse
  readonly record: RequestRecord
  readonly caller: Caller
  readonly account: Account
  readonly [name: string]: unknown
}
