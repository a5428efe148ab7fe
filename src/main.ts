#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'
import util from 'node:util'
import { setFlagsFromString } from 'node:v8'

const oldestNode = 26
const isSource = import.meta.url.endsWith('.ts')

// Everything else is imported dynamically below: on an older Node, a static import would fail with a message that
// helps nobody.
if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  console.error(
    `Isotherm needs Node ${oldestNode} or newer; this is ${process.versions.node}.${isSource ? ' With npm start it brings its own.' : ''}`,
  )
  process.exitCode = 1
} else {
  // V8 pretenures allocation sites whose objects survived; short-lived numbers of a response then land in old space
  // with its rows. A year of a fleet would leave 60 MiB of garbage there.
  setFlagsFromString('--no-allocation-site-pretenuring')
  // Compiled code is cached for the next start, in a file for each loaded module; if nothing can be written, nothing is cached.
  if (isSource) module.enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/isotherm'))
  const inherited = new Set(Object.keys(process.env))
  const isFileReadable = readFile('.env')
  const { runCommand } = await import('./cli/run-command.ts')
  process.exitCode = await runCommand(process.argv.slice(2), {
    environment: process.env,
    inherited,
    isFileReadable,
    // From source, Isotherm is being tried or developed. An installed command must not serve made-up data as real.
    sandboxByDefault: isSource,
  })
}

/**
 * Before packages are imported, since some look at NODE_ENV once. The environment goes before the file. Returns whether all is
 * well: the file may be missing.
 */
function readFile(name: string): boolean {
  if (!existsSync(name)) return true
  try {
    // Not by Node's own reader, which takes a byte order mark for a part of the first name.
    const text = new TextDecoder().decode(readFileSync(name))
    // UTF-16, which some shells write.
    if (text.includes('\0')) return false
    for (const [variable, value] of Object.entries(util.parseEnv(text))) process.env[variable] ??= value
    return true
  } catch {
    return false
  }
}
