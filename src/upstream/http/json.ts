import type { z } from 'zod'
import type { ResponseWatch } from '../drift/drift.ts'
import { type ProviderName, UpstreamError, type UpstreamErrorDetails } from '../error.ts'
import { readExactJson } from '../exact-json.ts'

/**
 * Parses JSON by the schema. Throws UPSTREAM_INVALID_RESPONSE if it does not fit. The watch sees differences from the
 * documentation.
 */
export function parseJson<Schema extends z.ZodType>(
  provider: ProviderName,
  schema: Schema,
  text: string,
  details: UpstreamErrorDetails = {},
  watch?: ResponseWatch,
): z.output<Schema> {
  let json: unknown
  try {
    json = readJson(text)
  } catch (cause) {
    throw invalid(provider, 'something that is not JSON', { ...details, cause })
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) {
    watch?.read(schema, json)
    return parsed.data
  }
  watch?.failed(parsed.error.issues, json)
  throw invalid(provider, 'JSON of another shape than documented', { ...details, cause: parsed.error })
}

/** Parses JSON, or returns undefined: for error bodies, whose content type means nothing. */
export function tryJson(text: string): unknown {
  try {
    return readJson(text)
  } catch {
    return undefined
  }
}

function readJson(text: string): unknown {
  return readExactJson(withoutLoneSurrogates(text))
}

/**
 * Replaces lone surrogates by U+FFFD, as every UTF-8 encoder does: a response must not contain them, and one bad name must not
 * fail a list of thousands.
 */
function withoutLoneSurrogates(text: string): string {
  if (!text.includes('\\ud') && !text.includes('\\uD')) return text
  return text.replace(escapes, found => (loneSurrogate.test(found) ? '\\ufffd' : found))
}

/** Every escape in a JSON text; a surrogate pair is one match. */
const escapes = /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|.)/g
const loneSurrogate = /^\\u[dD][89a-fA-F].{2}$/

function invalid(provider: ProviderName, what: string, details: UpstreamErrorDetails): UpstreamError {
  return new UpstreamError(provider, 'UPSTREAM_INVALID_RESPONSE', `${provider} answered ${what}.`, details)
}
