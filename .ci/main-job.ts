import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** Starts the README's main job, asks it the README's query, and fails unless all five providers answered without an error. */
const isotherm = spawn('npm', ['start'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, PORT: '0' },
  // A group of its own, as a terminal makes one.
  detached: true,
})
try {
  const address = await new Promise<string>((resolve, reject) => {
    createInterface(isotherm.stdout).on('line', line => {
      console.log(line)
      const found = /http:\S+\/graphql/.exec(line)?.[0]
      if (found) resolve(found)
    })
    isotherm.once('error', reject)
    isotherm.once('exit', code => reject(new Error(`npm start ended with ${code}`)))
  })
  const readme = await readFile('README.md', 'utf8')
  const query = /```graphql\n(.*?)```/s.exec(readme)?.[1]
  const day = { start: '2026-11-02T00:00:00Z', end: '2026-11-03T00:00:00Z' }
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { day } }),
  })
  const { errors, extensions } = await response.json()
  console.log(JSON.stringify({ errors, extensions }))
  if (errors || extensions?.sandbox?.length !== 5) process.exitCode = 1
} finally {
  if (isotherm.pid !== undefined && isotherm.exitCode === null && isotherm.signalCode === null) {
    const ended = once(isotherm, 'exit')
    process.kill(-isotherm.pid, 'SIGTERM')
    await ended
  }
}
