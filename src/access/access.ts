import type { IncomingMessage } from 'node:http'
import type { Account } from '../account.ts'
import type { Caller } from './caller.ts'
import { type Ticket, type TicketClaims, Tickets } from './tickets.ts'

/** Who asks, and for which account. */
export interface Entry {
  readonly caller: Caller
  readonly account: Account
  /** What let the caller in; undefined where no credential is needed. */
  readonly by?: TicketClaims['by'] | undefined
  /** When that ends, in ms since 1970. */
  readonly until?: number | undefined
  /** Whether `caller` is of this request only, although the next one may be of the same. */
  readonly isCallerPassing?: boolean
}

/** Decides who may enter. */
export interface Access {
  /** A `ticket` of the request's address stands for a credential. Throws a Refusal, or rejects with one. */
  enter(request: IncomingMessage, ticket?: string): Entry | Promise<Entry>
  /** Whose image a handle names, before it is verified. */
  accountOf(handle: string): Account | undefined
  /**
   * What opens an address of this server for a minute, and no longer than the credential of the entry. Rejects with a Refusal for
   * whoever shows no credential where one is needed.
   */
  ticketFor(entry: Entry, address: string): Promise<Ticket>
}

/** Lets everyone enter, as one caller of the account that there is at the moment. */
export function openTo(caller: Caller, account: () => Account): Access {
  const tickets = new Tickets([])
  return {
    enter: () => ({ caller, account: account() }),
    accountOf: account,
    // Nobody reads it, but pages that ask for one work everywhere.
    ticketFor: (_entry, address) =>
      tickets.sign({ caller: caller.id, account: '', scopes: [], by: { key: '' } }, address),
  }
}
