import type { z } from 'zod'
import { type ProviderName, UpstreamError, type UpstreamErrorDetails } from '../error.ts'

/** The text as JSON that fits the schema; anything else is `UPSTREAM_INVALID_RESPONSE`. */
export function parseJson<Schema extends z.ZodType>(
  provider: ProviderName,
  schema: Schema,
  text: string,
  details: UpstreamErrorDetails = {},
): z.output<Schema> {
  let json: unknown
  try {
    json = readJson(text)
  } catch (cause) {
    throw invalid(provider, 'something that is not JSON', { ...details, cause })
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw invalid(provider, 'JSON of another shape than documented', { ...details, cause: parsed.error })
}

/** The text as JSON, or undefined when it is none: for error bodies, whose content type says nothing. */
export function tryJson(text: string): unknown {
  try {
    return readJson(text)
  } catch {
    return undefined
  }
}

/** JSON.parse with a reviver is many times slower, so only a text with a long number gets one. */
function readJson(text: string): unknown {
  const wellFormed = withoutLoneSurrogates(text)
  return hasLongNumber(wellFormed) ? JSON.parse(wellFormed, exactInteger) : JSON.parse(wellFormed)
}

/**
 * Half a character stands for nothing, and no answer of ours may hold it: one name in a list of thousands is told with
 * U+FFFD in its place, as every encoder of UTF-8 does, and does not fail the list.
 */
function withoutLoneSurrogates(text: string): string {
  if (!text.includes('\\ud') && !text.includes('\\uD')) return text
  return text.replace(escapes, found => (loneSurrogate.test(found) ? '\\ufffd' : found))
}

/** Each escape of a JSON text, a pair of surrogates as one. */
const escapes = /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|.)/g
const loneSurrogate = /^\\u[dD][89a-fA-F].{2}$/

/** Whether sixteen digits stand in a row. One of them stands at a multiple of sixteen, so the others need no look. */
function hasLongNumber(text: string): boolean {
  for (let index = 0; index < text.length; index += 16) {
    if (!isDigit(text, index)) continue
    let [first, last] = [index, index]
    while (isDigit(text, first - 1)) first--
    while (isDigit(text, last + 1)) last++
    if (last - first >= 15) return true
  }
  return false
}

function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code >= 48 && code <= 57
}

/** Integers that a double cannot hold stay their digits, as text. */
function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined) return value
  return /^-?\d+$/.test(context.source) ? context.source : value
}

function invalid(provider: ProviderName, what: string, details: UpstreamErrorDetails): UpstreamError {
  return new UpstreamError(provider, 'UPSTREAM_INVALID_RESPONSE', `${provider} answered ${what}.`, details)
}
