import { longestMessage } from '../../upstream/bad-input.ts'
import { cutText } from '../../upstream/cut-text.ts'

const codes: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  413: 'REQUEST_ENTITY_TOO_LARGE',
  421: 'MISDIRECTED_REQUEST',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
}

/** Thrown to refuse a request before any of it runs. The front door sends it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** For the member `extensions.code`. */
  readonly code: string

  /** The client sees `message`; of a long one, its beginning and end. The status has a code of its own. */
  constructor(
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    code = codes[status] ?? 'BAD_REQUEST',
  ) {
    super(cutText(message, longestMessage))
    this.status = status
    this.headers = headers
    this.code = code
  }
}
