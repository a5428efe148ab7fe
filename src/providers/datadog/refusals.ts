import { z } from 'zod'
import { tryJson } from '../../upstream/http/json.ts'
import type { HttpResponse } from '../../upstream/http/message.ts'
import type { Refused, SnapshotRefusal } from './wire.ts'

/** The refusal in a response to a change, if any; `secrets` are removed from its text. */
export function refusalOf(
  answer: HttpResponse,
  change: 'create' | 'update' | 'delete',
  secrets: readonly string[],
): Refused | undefined {
  const isThere = change === 'create' && answer.status === 409
  const refusal = isThere ? 'ALREADY_EXISTS' : refusalByStatus[answer.status]
  return refusal && { refusal, said: saidIn(answer.body, secrets) }
}

const refusalByStatus: Readonly<Record<number, SnapshotRefusal>> = {
  400: 'REJECTED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  410: 'NOT_FOUND',
  412: 'CONFLICT',
  413: 'REJECTED',
  422: 'REJECTED',
}

/** A member of another type is ignored, so that it does not hide the others. */
const text = z.string().catch('')

/** Texts, or objects with any of these (the vendor's recorded traffic). */
const oneError = z.union([
  z.string(),
  z.object({ title: text, detail: text }).transform(({ title, detail }) => detail || title),
  z.unknown().transform(() => ''),
])

/** Some of the vendor's services send one error instead of a list (recorded traffic). */
const errorBody = z.union([
  z.object({ errors: z.array(oneError) }).transform(({ errors }) => errors),
  z.object({ error: z.object({ message: text }) }).transform(({ error }) => [error.message]),
])

const longestWords = 200

/** Takes only the errors out of an error body, since they are about the caller's input. */
function saidIn(body: string, secrets: readonly string[]): string {
  const parsed = errorBody.safeParse(tryJson(body))
  if (!parsed.success) return ''
  let said = parsed.data.filter(Boolean).slice(0, 10).join('; ')
  for (const secret of secrets.filter(Boolean)) said = said.replace(anySpelling(secret), '…')
  const line = said.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return line.length > longestWords ? `${line.slice(0, longestWords - 1).toWellFormed()}…` : line
}

/** The forms in which a secret may come back: in either case, percent-encoded, or broken over lines and errors. */
function anySpelling(secret: string): RegExp {
  const characters = Array.from(secret, character => {
    const encoded = Array.from(Buffer.from(character), byte => `%${byte.toString(16).padStart(2, '0')}`)
    return `(?:${RegExp.escape(character)}|${encoded.join('')})`
  })
  return new RegExp(characters.join('[\\s\\p{Cc}\\p{Cf};]*'), 'giu')
}
