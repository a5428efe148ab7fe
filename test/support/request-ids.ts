import { expect } from 'vitest'

/** The id that tests send with a request, unless they say another one. */
export const sentId = 'sent-by-a-test'

interface WithExtensions {
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** An error as it was before its request's id was added, which has to be this one. */
export function withoutId<Failure extends WithExtensions>(error: Failure, id: unknown): Failure {
  const { requestId, ...extensions } = error.extensions ?? {}
  expect(requestId).toBe(id)
  const { extensions: _, ...rest } = error
  return Object.assign(rest, Object.keys(extensions).length > 0 ? { extensions } : {}) as Failure
}
