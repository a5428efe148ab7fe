import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { z } from 'zod'

/** The version in package.json, which lies beside the source, and beside the built files. */
export async function readVersion(): Promise<string> {
  const file = findPackageJSON('.', import.meta.url)
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(file ?? '', 'utf8')))
  return version
}
