import type { IncomingMessage } from 'node:http'
import type { Account } from '../account.ts'
import type { Caller } from './caller.ts'
import { type Ticket, type TicketClaims, Tickets } from './tickets.ts'

/** The caller of a request, and the account that it uses. */
export interface Entry {
  readonly caller: Caller
  readonly account: Account
  /** The credential that let the caller in; undefined if none is needed. */
  readonly by?: TicketClaims['by'] | undefined
  /** When the credential expires, in ms since 1970. */
  readonly until?: number | undefined
  /** Whether the next request of the same caller has another `caller` object. */
  readonly isCallerPassing?: boolean
}

/** Decides who may enter. */
export interface Access {
  /** A `ticket` for the request's address replaces a credential. Throws a Refusal, or rejects with one. */
  enter(request: IncomingMessage, ticket?: string): Entry | Promise<Entry>
  /** The account whose image a handle names, before the handle is verified. */
  accountOf(handle: string): Account | undefined
  /**
   * A ticket that opens one address of this server for a minute, but no longer than the entry's credential. Rejects with a
   * Refusal if the request has no credential and needs one.
   */
  ticketFor(entry: Entry, address: string): Promise<Ticket>
}

/** Lets everyone in, as one caller of the only account. */
export function openTo(caller: Caller, account: () => Account): Access {
  const tickets = new Tickets([])
  return {
    enter: () => ({ caller, account: account() }),
    accountOf: account,
    // Nobody reads this ticket, but pages that ask for one then work everywhere.
    ticketFor: (_entry, address) =>
      tickets.sign({ caller: caller.id, account: '', scopes: [], by: { key: '' } }, address),
  }
}
