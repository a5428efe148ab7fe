import type { Probed } from '../../upstream/provider/probe.ts'
import type { Finding } from './findings.ts'

/** A sentence lists at most so many entries. */
const mostNamed = 10

/** Which entries of the catalog the vendor knows. `entries` are those that claim identities of this vendor, by identity. */
export function entryFindings(
  subject: string,
  entries: ReadonlyMap<string, string>,
  { unknown, unchecked }: Probed,
): readonly Finding[] {
  const others = new Set([...unknown, ...unchecked])
  const known = [...entries.keys()].filter(identity => !others.has(identity))
  // One entry may have several identities: a store has its id, and its brand with a number.
  const byEntry = (identities: readonly string[]) =>
    Map.groupBy(identities, identity => entries.get(identity) ?? identity)
  const entriesOf = (identities: readonly string[]) => {
    const { size } = byEntry(identities)
    return size === 1 ? '1 entry' : `${size} entries`
  }
  const named = (identities: readonly string[]) =>
    Object.fromEntries([...byEntry(identities)].map(([entry, claimed]) => [entry, claimed.join(', ')]))
  const found: Finding[] = []
  if (known.length > 0)
    found.push({ subject, status: 'ok', message: `It knows ${entriesOf(known)} of the catalog.` })
  if (unknown.length > 0) {
    const message = `It does not know, or does not let these credentials read, ${entriesOf(unknown)} of the catalog: ${listed(unknown, entries)}.`
    found.push({ subject, status: 'failed', message, entries: named(unknown) })
  }
  if (unchecked.length > 0) {
    const message = `It cannot be checked whether it knows ${entriesOf(unchecked)} of the catalog: no cheap question tells.`
    found.push({ subject, status: 'unchecked', message, entries: named(unchecked) })
  }
  return found
}

function listed(identities: readonly string[], entries: ReadonlyMap<string, string>): string {
  const names = identities.slice(0, mostNamed).map(identity => `${entries.get(identity)} (${identity})`)
  const more = identities.length - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
