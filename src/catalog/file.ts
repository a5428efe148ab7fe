import { readYaml } from '../config/yaml-file.ts'
import type { Catalog } from './catalog.ts'
import { claimedTwice } from './claims.ts'
import { catalogEntries, toCatalog } from './entries.ts'

/**
 * Reads a catalog's YAML text. Every problem comes back as a sentence that names the file, the line and the entry:
 * unknown keys, duplicate ids, an upstream id that is claimed twice.
 */
export function readCatalog(
  text: string,
  file: string,
): { readonly catalog: Catalog } | { readonly problems: readonly [string, ...string[]] } {
  const read = readYaml(text, file, catalogEntries, claimedTwice)
  return 'problems' in read ? read : { catalog: toCatalog(read.value) }
}
