import type { IncomingMessage } from 'node:http'
import type { Account } from '../account.ts'
import { anyone, type Caller } from './caller.ts'

/** Who asks, and for which account. */
export interface Entry {
  readonly caller: Caller
  readonly account: Account
}

/** Decides who may enter. */
export interface Access {
  /** Throws a Refusal, or rejects with one. */
  enter(request: IncomingMessage): Entry | Promise<Entry>
  /** Whose image a handle names, before its signature is verified. */
  accountOf(handle: string): Account | undefined
}

/** Lets everyone ask everything of one account. */
export function openToAll(account: Account): Access {
  const entry = { caller: anyone, account }
  return { enter: () => entry, accountOf: () => account }
}
