import { Refusal } from '../server/http/refusal.ts'
import type { Caller } from './caller.ts'

/** Thrown for a known caller that names no account it may use. */
export class AccountRefusal extends Refusal {
  readonly caller: Caller
  /** For the log. */
  readonly about: string

  constructor(status: 400 | 403, message: string, caller: Caller) {
    super(status, message, {}, status === 400 ? 'BAD_USER_INPUT' : undefined)
    this.caller = caller
    this.about = `caller ${caller.id}`
  }
}
