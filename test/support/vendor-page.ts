import { readFile } from 'node:fs/promises'
import type { ProviderName } from '../../src/upstream/error.ts'

/** An example of a vendor's page, byte for byte. */
export function readExample(vendor: ProviderName, file: string): Promise<string> {
  return readFile(new URL(`../fixtures/${vendor}/${file}`, import.meta.url), 'utf8')
}

/** The vendors' spelling of a member of an enum: `LINGER_PEOPLE_COUNT` is `lingerPeopleCount`. */
export function camelCase(member: string): string {
  return member.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}
