#!/usr/bin/env node
import { once } from 'node:events'
import { existsSync } from 'node:fs'

const oldestNode = 26

// Everything else is imported behind this line: an older Node would fail on it in words that help nobody.
if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  console.error(
    `Isotherm needs Node ${oldestNode} or newer; this is ${process.versions.node}. With npm start it brings its own.`,
  )
  process.exitCode = 1
} else {
  await run()
}

async function run(): Promise<void> {
  const { startIsotherm } = await import('./isotherm.ts')
  const { StartProblems } = await import('./config.ts')
  if (existsSync('.env')) process.loadEnvFile('.env')
  // Run from source it is being tried or developed; an installed command must not pass made-up data for real.
  const sandboxByDefault = import.meta.filename.endsWith('.ts')
  try {
    const stopping = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
    await using isotherm = await startIsotherm(process.env, {
      sandboxByDefault,
      log: line => console.error(line),
    })
    console.log(greeting(isotherm))
    await stopping
    console.log('Stopping: requests in flight may end.')
  } catch (error) {
    if (!(error instanceof StartProblems)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}

function greeting({ origin, account, catalogName }: import('./isotherm.ts').Isotherm): string {
  const { providers, catalog } = account
  const width = Math.max(...providers.map(({ name }) => name.length))
  const madeUp = providers.some(({ status }) => status === 'SANDBOX')
  return [
    `Isotherm listens on ${origin}/graphql`,
    ...providers.map(
      ({ name, status }) => `  ${name.padEnd(width)}  ${status.toLowerCase().replace('_', ' ')}`,
    ),
    `  catalog: ${catalogName} (${catalog.locations.length} locations, ${catalog.websites.length} websites)`,
    ...(madeUp
      ? ['  Data of sandbox providers is made up. Set their variables (.env.example) for real data.']
      : []),
  ].join('\n')
}
