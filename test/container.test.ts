import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readConfig } from '../src/config/config.ts'
import { emptyFolder, startProgram } from './support/child.ts'
import { environmentOf, execForm, lastOf, readStages, type Stage } from './support/dockerfile.ts'
import { serve } from './support/serving.ts'

const root = join(import.meta.dirname, '..')
const stages = await readStages(root)
const image = stages.at(-1)
if (!image) throw new Error('The Dockerfile has no stage.')
const compose = parse(await readFile(join(root, 'compose.yaml'), 'utf8'))

test('the image runs node itself, as somebody who is not root, and takes commands', () => {
  expect(lastOf(image, 'USER')).toBe('node')
  expect(execForm(lastOf(image, 'ENTRYPOINT'))).toEqual(['node', '/app/dist/src/main.js'])
  expect(execForm(lastOf(image, 'CMD'))).toEqual(['serve'])
  expect(stages.map(stage => stage.image)).toEqual(['node:26-slim', 'node:26-slim'])
})

test('what was needed to build it is not in the image', () => {
  expect(image.instructions.filter(({ name }) => name === 'RUN')).toEqual([])
  expect(copies(image).flatMap(({ sources }) => sources)).not.toContain('src')
})

test('its settings are read, and it serves for five seconds after a signal', () => {
  const settings = environmentOf(image)
  const config = readConfig({ ...settings, ISOTHERM_SANDBOX: 'on' })
  expect(config).toMatchObject({ host: '0.0.0.0', port: 4000, shutdownDelayMilliseconds: 5000 })
  expect(() => readConfig(settings)).toThrow('No provider is configured')
})

test('its build is given each file that it copies, and nothing else', async () => {
  const rules = (await readFile(join(root, '.dockerignore'), 'utf8')).trim().split('\n')
  const given = rules.filter(rule => rule.startsWith('!')).map(rule => rule.slice(1))
  const copied = stages.flatMap(stage => copies(stage).flatMap(({ from, sources }) => (from ? [] : sources)))
  expect(rules[0]).toBe('*')
  expect(new Set(copied)).toEqual(new Set(given))
})

test('its health check needs no shell, and tells a server that lives from none', async () => {
  await using served = await serve()
  await using resources = new AsyncDisposableStack()
  const folder = await emptyFolder(resources)
  const [program = '', ...words] = execForm(lastOf(image, 'HEALTHCHECK'))
  expect(program).toBe('node')
  const { port } = new URL(served.origin)
  await using healthy = await startProgram(process.execPath, words, { PORT: port }, folder)
  await using dead = await startProgram(process.execPath, words, { PORT: '1' }, folder)
  expect([await healthy.ended(), await dead.ended()]).toEqual([0, 1])
})

test('compose starts it with a read-only root and no privileges, beside a Redis that evicts nothing', () => {
  const { isotherm, redis } = compose.services
  for (const service of [isotherm, redis])
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
  expect(redis.command).toContain('--maxmemory-policy noeviction')
  expect(isotherm.environment.REDIS_URL).toBe('redis://redis:6379')
  expect(isotherm.ports).toEqual(['127.0.0.1:4000:4000'])
})

test('compose waits longer for its end than it takes', () => {
  const { stop_grace_period: grace } = compose.services.isotherm
  const { shutdownDelayMilliseconds, drainMilliseconds } = readConfig({
    ...environmentOf(image),
    ISOTHERM_SANDBOX: 'on',
  })
  expect(Number.parseInt(grace, 10) * 1000).toBeGreaterThan(shutdownDelayMilliseconds + drainMilliseconds)
})

function copies({ instructions }: Stage) {
  return instructions.flatMap(({ name, text }) => {
    if (name !== 'COPY') return []
    const words = text.split(' ')
    const from = words.find(word => word.startsWith('--from='))
    return [{ from, sources: words.filter(word => !word.startsWith('--')).slice(0, -1) }]
  })
}
