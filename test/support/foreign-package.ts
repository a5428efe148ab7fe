import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Child, startNode } from './child.ts'

const run = promisify(execFile)
const stamp = 'node_modules/.installed'

/** Gateways, composers and clients that others wrote, and the scripts that run them: a package of its own. */
export const foreignFolder = join(import.meta.dirname, '../foreign')

/** How long a machine without what others wrote may take to get it. */
export const installMilliseconds = 300_000

/** Installs the packages of a folder where they are missing or its lockfile has changed, once however many ask. */
export async function installPackages(folder: string = foreignFolder): Promise<void> {
  const lockfile = await readFile(join(folder, 'package-lock.json'))
  const wanted = createHash('sha256').update(lockfile).digest('hex')
  const installed = await readFile(join(folder, stamp), 'utf8').catch(() => undefined)
  if (installed === wanted) return
  const command = 'npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error'
  const bounded = `timeout ${installMilliseconds / 1000} ${command}`
  const once = `test "$(cat ${stamp} 2>&1)" = ${wanted} || { ${bounded} && printf ${wanted} > ${stamp}; }`
  try {
    await run('flock', ['package-lock.json', 'sh', '-c', once], { cwd: folder })
  } catch (cause) {
    throw new Error(`These tests need the packages of ${folder}, which come with: ${command}`, { cause })
  }
}

/** Runs a script of that package to its end, and reads what it prints. */
export async function runForeign(script: string, ...words: readonly string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, [join(foreignFolder, script), ...words], {
    env: { PATH: process.env.PATH },
    timeout: 60_000,
    maxBuffer: 2 ** 26,
  })
  return JSON.parse(stdout)
}

/** Starts a script of that package that serves until its scope ends. */
export function startForeign(script: string, ...words: readonly string[]): Promise<Child> {
  return startNode([join(foreignFolder, script), ...words])
}
