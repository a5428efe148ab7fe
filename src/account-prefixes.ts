import type { Environment } from './config/environment.ts'
import { generalSettings } from './config/general-settings.ts'
import { readTextFile } from './config/text-file.ts'

/** The prefixes of the accounts' variables; none if the access file cannot be read, which is reported elsewhere. */
export async function accountPrefixes(environment: Environment): Promise<readonly string[]> {
  const { ISOTHERM_ACCESS: file } = generalSettings(environment)
  if (!file) return []
  const found = await readTextFile(file, 'the access file')
  if ('problem' in found) return []
  const { readAccessFile } = await import('./access/access-file.ts')
  const read = readAccessFile(found.text, file)
  return 'problems' in read ? [] : read.value.accounts.flatMap(({ variables }) => variables ?? [])
}
