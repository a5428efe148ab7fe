import type { IncomingMessage } from 'node:http'
import type { Account } from '../account.ts'
import { accountIn } from '../images/handles.ts'
import { Refusal } from '../server/http/refusal.ts'
import type { Proxies } from '../upstream/http/proxies.ts'
import type { Log } from '../upstream/log.ts'
import type { Access, Entry } from './access.ts'
import type { AccessFile } from './access-file.ts'
import { AccountRefusal } from './account-refusal.ts'
import type { Caller } from './caller.ts'
import { CredentialRefusal } from './credential-refusal.ts'
import { accountHeader, accountNamed, bearerOf } from './credentials.ts'
import { KeyHolders } from './key-holders.ts'
import { looksLikeKey } from './keys.ts'
import { logRefusals } from './refusal-log.ts'
import { type Ticket, type TicketClaims, Tickets } from './tickets.ts'
import { Tokens, type VerifiedToken } from './tokens.ts'

export interface AuthenticatorOptions {
  readonly file: AccessFile
  /** The accounts of the file. */
  readonly accounts: readonly Account[]
  /** The caller for requests without a credential, if the file has one account; undefined if they may not enter. */
  readonly stranger: Caller | undefined
  /** The keys that sign tickets. */
  readonly keys: readonly string[]
  readonly log: Log
  /** The proxies through which issuers' keys are read. */
  readonly proxies?: Proxies | undefined
}

/** Lets in the callers of an access file. */
export class Authenticator implements Access {
  readonly #tickets: Tickets
  readonly #stranger: Caller | undefined
  readonly #logRefusal: (error: Refusal) => void
  readonly #proxies: Proxies | undefined
  #state: State

  constructor({ file, accounts, stranger, keys, log, proxies }: AuthenticatorOptions) {
    this.#tickets = new Tickets(keys)
    this.#stranger = stranger
    this.#logRefusal = logRefusals(log)
    this.#proxies = proxies
    this.#state = this.#stateOf(file, accounts)
  }

  /** Replaces the file. Forgets all tokens that were verified with the last one. */
  replace(file: AccessFile, accounts: readonly Account[]): void {
    this.#state = this.#stateOf(file, accounts, this.#state.tokens)
  }

  enter(request: IncomingMessage, ticket?: string): Entry | Promise<Entry> {
    try {
      const entry = this.#enter(request, ticket)
      return entry instanceof Promise ? entry.catch(error => this.#refuse(error)) : entry
    } catch (error) {
      return this.#refuse(error)
    }
  }

  accountOf(handle: string): Account | undefined {
    return this.#state.accounts.get(accountIn(handle) ?? '')
  }

  async ticketFor({ caller, account, by, until }: Entry, address: string): Promise<Ticket> {
    if (!by || account.id === undefined) throw CredentialRefusal.missing()
    const { id, scopes } = caller
    return this.#tickets.sign({ caller: id, account: account.id, scopes: [...scopes], by }, address, until)
  }

  #stateOf({ callers, issuers }: AccessFile, accounts: readonly Account[], last?: Tokens): State {
    return {
      accounts: new Map(accounts.map(account => [account.id ?? '', account])),
      holders: new KeyHolders(callers),
      tokens: new Tokens(issuers, last, this.#proxies),
    }
  }

  #enter(request: IncomingMessage, ticket: string | undefined): Entry | Promise<Entry> {
    const credential = bearerOf(request)
    const named = accountNamed(request)
    if (ticket !== undefined) {
      if (credential !== undefined) throw CredentialRefusal.several()
      const claims = this.#tickets.read(ticket, request.url ?? '')
      return claims.then(claims => ofAccount(named, this.#byTicket(claims)))
    }
    if (credential === undefined) return this.#byNothing(named)
    if (looksLikeKey(credential)) {
      const { caller, accounts, mark, expires } = this.#state.holders.holderOf(credential)
      return {
        caller,
        account: this.#accountAmong(caller, accounts, named),
        by: { key: mark },
        until: expires,
      }
    }
    const verified = this.#state.tokens.verify(credential)
    if (!(verified instanceof Promise)) return this.#byToken(verified, named)
    return verified.then(token => this.#byToken(token, named))
  }

  #byToken({ caller, issuer, accounts, expires }: VerifiedToken, named: string | undefined): Entry {
    const account = this.#accountAmong(caller, accounts ?? this.#onlyAccount(), named)
    return { caller, account, by: { issuer }, until: expires }
  }

  /** A ticket ends with its caller's line in the file, and allows no more than that line allows now. */
  #byTicket({ caller: id, account, scopes, by }: TicketClaims): Entry {
    const { holders, tokens } = this.#state
    if ('issuer' in by) {
      if (!tokens.has(by.issuer))
        throw CredentialRefusal.invalid('The issuer of the token is not known here.')
      const caller = { id, scopes: new Set(scopes), limits: tokens.limitsOf(by.issuer) }
      return { caller, account: this.#accountOfTicket(caller, [account], account), by, isCallerPassing: true }
    }
    const { caller, accounts } = holders.holderMarked(by.key)
    return { caller, account: this.#accountOfTicket(caller, accounts, account), by }
  }

  #byNothing(named: string | undefined): Entry {
    const accounts = this.#onlyAccount()
    if (!this.#stranger || accounts.length === 0) throw CredentialRefusal.missing()
    return { caller: this.#stranger, account: this.#accountAmong(this.#stranger, accounts, named) }
  }

  /** The file's account, if it has only one. */
  #onlyAccount(): readonly string[] {
    const ids = [...this.#state.accounts.keys()]
    return ids.length === 1 ? ids : []
  }

  /** Does not reveal whether an account exists that the caller may not use. */
  #accountAmong(caller: Caller, accounts: readonly string[], named: string | undefined): Account {
    const known = [...new Set(accounts)].flatMap(id => this.#state.accounts.get(id) ?? [])
    if (named !== undefined) {
      const one = `The header ${accountHeader} names one account, not several.`
      if (named.includes(',')) throw new AccountRefusal(400, one, caller)
      const account = known.find(({ id }) => id === named)
      if (account) return account
      throw new AccountRefusal(403, `The header ${accountHeader} names no account of yours.`, caller)
    }
    const [account, ...others] = known
    if (!account) throw new AccountRefusal(403, 'You may use no account here.', caller)
    const several = `You have several accounts: name one by the header ${accountHeader}.`
    if (others.length > 0) throw new AccountRefusal(400, several, caller)
    return account
  }

  #accountOfTicket(caller: Caller, accounts: readonly string[], id: string): Account {
    const account = accounts.includes(id) ? this.#state.accounts.get(id) : undefined
    if (account) return account
    throw new AccountRefusal(403, 'The ticket is for an account that is no longer yours.', caller)
  }

  #refuse(error: unknown): never {
    if (error instanceof Refusal) this.#logRefusal(error)
    throw error
  }
}

/** Throws a Refusal for an entry into another account than the one that is named, whose answer its own would be taken for. */
function ofAccount(named: string | undefined, entry: Entry): Entry {
  if (named === undefined || named === entry.account.id) return entry
  const other = `The header ${accountHeader} names another account than that of the ticket.`
  throw new AccountRefusal(400, other, entry.caller)
}

interface State {
  readonly accounts: ReadonlyMap<string, Account>
  readonly holders: KeyHolders
  readonly tokens: Tokens
}
