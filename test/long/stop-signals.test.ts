import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { originOf, startChild, startProgram } from '../support/child.ts'

const root = join(import.meta.dirname, '../..')

describe('while it waits for the balancer after SIGTERM', () => {
  const environment = { PORT: '0', ISOTHERM_SHUTDOWN_DELAY_MS: '600000' }

  test('it is not ready and serves, until a second signal ends it at once', async () => {
    await using isotherm = await startChild('main.ts', environment)
    const origin = await originOf(isotherm)
    expect((await fetch(`${origin}/readyz`)).status).toBe(200)

    isotherm.process.kill('SIGTERM')
    await isotherm.says(/Stopping/)

    const answers = await Promise.all(
      ['readyz', 'healthz', 'graphql?query={__typename}'].map(path => fetch(`${origin}/${path}`)),
    )
    expect(answers.map(({ status }) => status)).toEqual([503, 200, 200])
    isotherm.process.kill('SIGTERM')
    expect(await isotherm.ended()).toBe('SIGTERM')
  })
})

test("a terminal's Ctrl-C under npm, which hands it on once more, is one signal", async () => {
  const environment = { PORT: '0', ISOTHERM_SHUTDOWN_DELAY_MS: '1000' }
  await using npm = await startProgram('setsid', ['npm', 'start'], environment, root)
  const origin = await originOf(npm)
  const group = npm.process.pid ?? 0
  process.kill(-group, 'SIGINT')
  await npm.says(/Stopping/)
  expect((await fetch(`${origin}/readyz`)).status).toBe(503)
  expect(await npm.ended()).toBe(0)
})

test('once the delay is over it ends by itself', async () => {
  await using isotherm = await startChild('main.ts', { PORT: '0', ISOTHERM_SHUTDOWN_DELAY_MS: '300' })
  await originOf(isotherm)
  const startedAt = performance.now()
  isotherm.process.kill('SIGTERM')
  expect(await isotherm.ended()).toBe(0)
  expect(performance.now() - startedAt).toBeGreaterThan(290)
})

describe.each([
  ['start', /listens on (http:\S+)\/graphql\n/],
  ['sandbox', /ZENOVAY_URL=(\S+)/],
] as const)('npm run %s', (script, ready) => {
  test('hands on a signal, and leaves no process behind', async () => {
    await using npm = await startProgram('npm', ['run', script], { PORT: '0' }, root)
    await npm.says(ready)
    const descendants = await descendantsOf(npm.process.pid ?? 0)
    expect(descendants.length).toBeGreaterThan(0)
    npm.process.kill('SIGTERM')
    await npm.ended()
    await gone(descendants)
  })
})

test('every script that serves replaces its shell by node', async () => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  for (const name of ['start', 'sandbox', 'example'])
    expect(scripts[name]).toMatch(/(^|&& )exec node \S+\.ts$/)
})

/** The ids of a process's children and theirs. */
async function descendantsOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-e', '-o', 'pid=,ppid='])
  const rows = stdout
    .trim()
    .split('\n')
    .map(row => row.trim().split(/\s+/).map(Number))
  const children = (parent: number): readonly number[] =>
    rows.flatMap(([child = 0, of]) => (of === parent ? [child, ...children(child)] : []))
  return children(pid)
}

/** Resolves once none of these processes is left. The test's time-out is its only other end. */
async function gone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await sleep(20)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
