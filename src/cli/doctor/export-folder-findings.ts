import { constants } from 'node:fs'
import { access, lstat, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { errorCode } from '../../upstream/error-code.ts'
import type { Finding } from './findings.ts'

const subject = 'exports'
const variable = 'ISOTHERM_EXPORT_DIR'

/** Whether files of exports can be written; nothing if they can. Writes none. `place` says where the folder is set. */
export async function exportFolderFindings(
  folder: string | undefined,
  place: string,
): Promise<readonly Finding[]> {
  const reason = await whyNotWritable(resolve(folder ?? tmpdir()))
  if (reason === undefined) return []
  const refused = `No Parquet file can be made (${reason}), so such exports are refused`
  if (folder === undefined)
    return [
      { subject, status: 'warning', message: `${refused}: set ${variable} to a folder that can be written.` },
    ]
  const message = `${refused}: check ${variable} (set in ${place}).`
  return [{ subject, status: 'failed', message, variables: { [variable]: place } }]
}

/** A missing folder is made on first use, in the nearest parent that exists. */
async function whyNotWritable(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'ENOTDIR'
    await access(folder, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    const parent = dirname(folder)
    const reason = errorCode(error) ?? 'it cannot be read'
    // A broken link exists: no folder can be made in its place.
    const isThere = reason !== 'ENOENT' || (await lstat(folder).catch(() => undefined)) !== undefined
    return isThere || parent === folder ? reason : whyNotWritable(parent)
  }
}
