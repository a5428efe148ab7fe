#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'

const oldestNode = 26

// Everything else is imported behind this line: an older Node would fail on it in words that help nobody.
if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  console.error(
    `Isotherm needs Node ${oldestNode} or newer; this is ${process.versions.node}. With npm start it brings its own.`,
  )
  process.exitCode = 1
} else {
  // Where some objects lived long, V8 comes to make all that follow among the old. Of what answers are made of, rows live as
  // long as the answer and numbers do not: a fleet's year would leave 60 MiB of garbage there before it is collected.
  setFlagsFromString('--no-allocation-site-pretenuring')
  if (existsSync('.env')) process.loadEnvFile('.env')
  const { run } = await import('./run.ts')
  // Run from source it is being tried or developed; an installed command must not pass made-up data for real.
  process.exitCode = await run(process.env, { sandboxByDefault: import.meta.filename.endsWith('.ts') })
}
