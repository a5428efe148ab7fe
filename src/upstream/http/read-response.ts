import type { z } from 'zod'
import type { ProviderName, UpstreamError } from '../error.ts'
import { parseJson } from './json.ts'
import type { HttpResponse } from './message.ts'
import { detailsOf, statusError } from './status.ts'

/** The body of an answer of status 200, as JSON that fits the schema; an answer of another status is thrown as its failure. */
export function readResponse<Schema extends z.ZodType>(
  provider: ProviderName,
  schema: Schema,
  answer: HttpResponse,
  failure: (answer: HttpResponse) => UpstreamError = answer => statusError(provider, answer),
): z.output<Schema> {
  if (answer.status !== 200) throw failure(answer)
  return parseJson(provider, schema, answer.body, detailsOf(answer))
}
