import { lstat, mkdir, mkdtemp, opendir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

const prefix = 'isotherm-exports-'

/**
 * Makes a folder in `base` that only this process's user can read; makes `base` if it is missing. Its name ends with six random
 * letters or digits.
 */
export async function makeExportFolder(base: string): Promise<string> {
  await mkdir(base, { recursive: true, mode: 0o700 })
  return mkdtemp(join(base, prefix))
}

/** The folder whose name ends so. */
export function exportFolder(base: string, end: string): string {
  return join(base, prefix + end)
}

/** Whether only this process's user can have written its contents: in a shared folder anybody may have made it. */
export async function isPrivateFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isDirectory() === true && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0
}

/**
 * Removes the files of this user's killed processes: files that were last written `age` milliseconds ago, and empty folders of
 * that age, except `own`. Never rejects: the rest is left for the next time.
 */
export async function removeLeftExports(base: string, age: number, own?: string): Promise<void> {
  for await (const name of namesIn(base)) {
    const folder = join(base, name)
    if (!name.startsWith(prefix) || folder === own || !(await isPrivateFolder(folder))) continue
    const isOld = await isOlder(folder, age)
    for await (const file of namesIn(folder)) {
      const path = join(folder, file)
      if (await isOlder(path, age)) await rm(path, { force: true }).catch(ignore)
    }
    // Fails for a folder that is not empty, which stays.
    if (isOld) await rmdir(folder).catch(ignore)
  }
}

async function isOlder(path: string, milliseconds: number): Promise<boolean> {
  const found = await lstat(path).catch(ignore)
  return found !== undefined && found.mtimeMs + milliseconds <= Date.now()
}

/** No names if the folder cannot be read. */
async function* namesIn(folder: string): AsyncGenerator<string> {
  try {
    for await (const { name } of await opendir(folder)) yield name
  } catch {
    // Other processes remove folders too.
  }
}

function ignore(): undefined {
  return undefined
}
