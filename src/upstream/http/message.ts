import type { Dispatcher } from 'undici'

export interface HttpHead {
  readonly status: number
  /** By lower-case name; a list where one was sent more than once. */
  readonly headers: Dispatcher.ResponseData['headers']
}

export interface HttpResponse<Body = string> extends HttpHead {
  readonly body: Body
}

/** A header's value, the first where it was sent more than once. */
export function header({ headers }: HttpHead, name: Lowercase<string>): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** A whole number of that many digits at most; undefined for any other text. */
export function digits(value: string | undefined, most: number): number | undefined {
  return value && value.length <= most && /^\d+$/.test(value) ? Number(value) : undefined
}
