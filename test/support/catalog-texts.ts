import type { Catalog } from '../../src/catalog/catalog.ts'
import { readCatalog } from '../../src/catalog/file.ts'

/** The catalog that a file of this text holds. */
export function read(text: string): Catalog {
  const result = readCatalog(text, 'shops/catalog.yaml')
  if ('problems' in result) throw new Error(result.problems.join('\n'))
  return result.catalog
}

/** What is told of a text that is no catalog; nothing of one that is. */
export function problemsOf(text: string): readonly string[] {
  const result = readCatalog(text, 'shops/catalog.yaml')
  return 'problems' in result ? result.problems : []
}
