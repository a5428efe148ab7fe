import { readFile } from 'node:fs/promises'
import type { Environment } from './config/config.ts'

/** What stands before the variables of the accounts; none where the access file cannot be read, which is told elsewhere. */
export async function accountPrefixes({ ISOTHERM_ACCESS: path }: Environment): Promise<readonly string[]> {
  const file = path?.trim()
  if (!file) return []
  const text = await readFile(file, 'utf8').catch(() => '')
  const { readAccessFile } = await import('./access/access-file.ts')
  const read = readAccessFile(text, file)
  return 'problems' in read ? [] : read.value.accounts.flatMap(({ variables }) => variables ?? [])
}
