import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

/** How long a machine without a package may take to get it. */
export const installMilliseconds = 600_000

/**
 * Installs Debian's package where its executable is missing, one package at a time however many ask.
 * Rejects with a sentence that says what to do when it cannot.
 */
export async function installDebianPackage(name: string, executable: string): Promise<void> {
  if (existsSync(executable)) return
  const command = `apt-get update && apt-get install -y --no-install-recommends ${name}`
  const needed = `These tests need ${executable}; it comes with: ${command}`
  if (process.getuid?.() !== 0) throw new Error(`${needed} (which only root can run)`)
  const once = `test -x ${executable} || { ${command}; }`
  try {
    await promisify(execFile)('flock', ['/tmp/isotherm-apt.lock', 'sh', '-c', once], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: installMilliseconds,
      maxBuffer: Number.POSITIVE_INFINITY,
    })
  } catch (cause) {
    throw new Error(`${needed} (which failed here)`, { cause })
  }
  if (!existsSync(executable)) throw new Error(`${needed} (which put none there)`)
}
