import type { Probed } from '../../upstream/provider/probe.ts'
import type { Finding } from './findings.ts'

/** More entries than these are not listed in a sentence. */
const mostNamed = 10

/** Which entries of the catalog the vendor knows. `entries` are those that claim identities there, by identity. */
export function entryFindings(
  subject: string,
  entries: ReadonlyMap<string, string>,
  { unknown, unchecked }: Probed,
): readonly Finding[] {
  const known = entries.size - unknown.length - unchecked.length
  const named = (identities: readonly string[]) =>
    Object.fromEntries(identities.map(identity => [entries.get(identity) ?? identity, identity]))
  const found: Finding[] = []
  if (known > 0) found.push({ subject, status: 'ok', message: `It knows ${counted(known)} of the catalog.` })
  if (unknown.length > 0) {
    const message = `It does not know, or does not let these credentials read, ${counted(unknown.length)} of the catalog: ${listed(unknown, entries)}.`
    found.push({ subject, status: 'failed', message, entries: named(unknown) })
  }
  if (unchecked.length > 0) {
    const message = `It cannot be checked whether it knows ${counted(unchecked.length)} of the catalog: no cheap question tells.`
    found.push({ subject, status: 'unchecked', message, entries: named(unchecked) })
  }
  return found
}

function counted(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`
}

function listed(identities: readonly string[], entries: ReadonlyMap<string, string>): string {
  const names = identities.slice(0, mostNamed).map(identity => `${entries.get(identity)} (${identity})`)
  const more = identities.length - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
