import { readdir } from 'node:fs/promises'
import { onFirstUse } from '../../upstream/first-use.ts'

/** The folder of the page's files: from source beside this room, built beside the bundle. */
export function pageFolder(): URL {
  const isSource = import.meta.filename.endsWith('.ts')
  return new URL(isSource ? '../../page/' : './page/', import.meta.url)
}

/** The path where the page finds them. */
export const pagePath = '/page/'

/** The names of its scripts. A browser that knows all of them loads them at once, not one import after the other. */
export const pageScripts = onFirstUse(async (): Promise<readonly string[]> => {
  const names = await readdir(pageFolder())
  return names.filter(name => name.endsWith('.js')).sort()
})
