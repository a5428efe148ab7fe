import type { Environment } from './config/environment.ts'
import { generalSettings } from './config/general-settings.ts'
import { readTextFile } from './config/text-file.ts'

/** What stands before the variables of the accounts; none where the access file cannot be read, which is told elsewhere. */
export async function accountPrefixes(environment: Environment): Promise<readonly string[]> {
  const { ISOTHERM_ACCESS: file } = generalSettings(environment)
  if (!file) return []
  const found = await readTextFile(file, 'the access file')
  if ('problem' in found) return []
  const { readAccessFile } = await import('./access/access-file.ts')
  const read = readAccessFile(found.text, file)
  return 'problems' in read ? [] : read.value.accounts.flatMap(({ variables }) => variables ?? [])
}
