import { z } from 'zod'
import type { Path, Problem } from '../config/yaml-file.ts'

/** Claims that several entries of an access file make, and accounts that do not exist, even if the file has other problems. */
export function claimProblems(content: unknown): readonly Problem[] {
  const { accounts, callers, issuers } = claimants.parse(content)
  const known = new Set(accounts.map(({ id }) => id))
  const keys = callers.flatMap(({ keys }, index) =>
    keys.map((key, place) => ({ name: key?.toLowerCase(), path: ['callers', index, 'keys', place] })),
  )
  return [
    ...twice(
      'account',
      accounts.map(({ id }, index) => ({ name: id, path: ['accounts', index, 'id'] })),
    ),
    ...twice(
      'caller',
      callers.map(({ id }, index) => ({ name: id, path: ['callers', index, 'id'] })),
    ),
    ...twice(
      'issuer',
      issuers.map(({ issuer }, index) => ({ name: issuer, path: ['issuers', index, 'issuer'] })),
    ),
    ...twice('key', keys),
    ...callers.flatMap(({ accounts }, index) =>
      accounts.flatMap((account, place) =>
        account === undefined || known.has(account)
          ? []
          : [{ path: ['callers', index, 'accounts', place], message: 'is no account of this file' }],
      ),
    ),
  ]
}

function twice(
  what: string,
  claims: readonly { readonly name: string | undefined; readonly path: Path }[],
): readonly Problem[] {
  const seen = new Set<string>()
  return claims.flatMap(({ name, path }) => {
    if (name === undefined) return []
    if (seen.has(name)) return [{ path, message: `is the same ${what} as one before` }]
    seen.add(name)
    return []
  })
}

const text = z.string().optional().catch(undefined)
const texts = list(text)

const claimants = z
  .object({
    accounts: list(z.object({ id: text }).catch({})),
    callers: list(z.object({ id: text, keys: texts, accounts: texts }).catch({ keys: [], accounts: [] })),
    issuers: list(z.object({ issuer: text }).catch({})),
  })
  .catch({ accounts: [], callers: [], issuers: [] })

function list<Item>(item: z.ZodType<Item>) {
  return z.array(item).catch([])
}
