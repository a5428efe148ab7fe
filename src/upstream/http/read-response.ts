import type { z } from 'zod'
import type { ResponseWatch } from '../drift/drift.ts'
import type { ProviderName, UpstreamError } from '../error.ts'
import { parseJson } from './json.ts'
import type { HttpResponse } from './message.ts'
import { detailsOf, statusError } from './status.ts'

/** The body of a response of status 200, as JSON that fits the schema. Throws `failure` for any other status. */
export function readResponse<Schema extends z.ZodType>(
  provider: ProviderName,
  schema: Schema,
  response: HttpResponse,
  failure: (response: HttpResponse) => UpstreamError = response => statusError(provider, response),
  watch?: ResponseWatch,
): z.output<Schema> {
  if (response.status !== 200) throw failure(response)
  return parseJson(provider, schema, response.body, detailsOf(response), watch)
}
