import type { Dispatcher } from 'undici'

export interface HttpHead {
  readonly status: number
  /** By lower-case name; a list if one was sent more than once. */
  readonly headers: Dispatcher.ResponseData['headers']
}

export interface HttpResponse<Body = string> extends HttpHead {
  readonly body: Body
}

/** The value of a header, the first if it was sent more than once. */
export function header({ headers }: HttpHead, name: Lowercase<string>): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** A whole number of at most that many digits; undefined for any other text. */
export function digits(value: string | undefined, most: number): number | undefined {
  return value && value.length <= most && /^\d+$/.test(value) ? Number(value) : undefined
}
