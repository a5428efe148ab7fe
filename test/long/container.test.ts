import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emptyFolder, originOf, startProgram } from '../support/child.ts'
import { environmentOf, execForm, lastOf, readStages, type Stage } from '../support/dockerfile.ts'

const root = join(import.meta.dirname, '../..')
const minutes = 600_000
/** On made-up data, for everybody. */
const open = { ISOTHERM_SANDBOX: 'on', ISOTHERM_ANONYMOUS: 'heatmaps:read,explore' }
const resources = new AsyncDisposableStack()
/** Where each stage's root is, in its order. */
const roots: string[] = []
let stages: readonly Stage[] = []

// Docker is not needed for it: each COPY and RUN is done in a folder that stands for the root of its stage.
beforeAll(async () => {
  stages = await readStages(root)
  for (const stage of stages) {
    const folder = await emptyFolder(resources)
    roots.push(folder)
    await build(stage, folder)
  }
}, minutes)

afterAll(() => resources.disposeAsync())

async function build({ instructions }: Stage, folder: string): Promise<void> {
  let workdir = folder
  for (const { name, text } of instructions) {
    if (name === 'WORKDIR') {
      workdir = join(folder, text)
      await mkdir(workdir, { recursive: true })
    } else if (name === 'COPY') await copy(text, workdir)
    else if (name === 'RUN') await run(text, workdir)
  }
}

async function copy(text: string, workdir: string): Promise<void> {
  const words = text.split(' ').filter(word => !word.startsWith('--'))
  const stage = /--from=(\S+)/.exec(text)?.[1]
  const source = stage === undefined ? root : (roots[stages.findIndex(({ name }) => name === stage)] ?? '')
  const target = words.at(-1) ?? ''
  for (const path of words.slice(0, -1)) {
    const to = target.endsWith('/') ? join(workdir, target, path) : join(workdir, target)
    await cp(join(source, path), to, { recursive: true, verbatimSymlinks: true })
  }
}

/** As the image's shell would, with the Node of the project for that of the image. */
async function run(command: string, workdir: string): Promise<void> {
  const path = `${join(process.execPath, '..')}:${process.env.PATH}`
  const env = { ...process.env, PATH: path }
  await promisify(execFile)('sh', ['-ec', command], { cwd: workdir, env, maxBuffer: 64 * 1024 ** 2 })
}

/** Starts the image's entry point. Node refuses every write to a file, as a read-only root does. */
async function start(command: readonly string[], environment: Readonly<Record<string, string>>) {
  const image = stages.at(-1)
  const folder = roots.at(-1) ?? ''
  if (!image) throw new Error('There is no image.')
  const [, script = ''] = execForm(lastOf(image, 'ENTRYPOINT'))
  const readOnly = '--permission --allow-fs-read=* --allow-net --allow-addons --allow-worker'
  return startProgram(
    process.execPath,
    [...readOnly.split(' '), join(folder, script), ...command],
    { ...environmentOf(image), PORT: '0', ...environment },
    join(folder, lastOf(image, 'WORKDIR')),
  )
}

test('it serves the sandbox when it is told to, writes no file, and ends after its delay', {
  timeout: minutes,
}, async () => {
  const environment = { ...open, HOST: '127.0.0.1', ISOTHERM_SHUTDOWN_DELAY_MS: '100' }
  await using isotherm = await start(['serve'], environment)
  const origin = await originOf(isotherm)
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: '{ view(by: { url: "https://shop.example.com/pricing" }) { heatmaps { image { link } } } }',
    }),
  })
  const { data } = await response.json()
  const image = await fetch(`${data.view.heatmaps[0].image.link}?width=200&format=webp`)
  expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/webp'])
  await image.body?.cancel()
  isotherm.process.kill('SIGTERM')
  expect(await isotherm.ended()).toBe(0)
})

test('it has the commands, and its production packages only', { timeout: minutes }, async () => {
  await using version = await start(['--version'], {})
  expect(await version.ended()).toBe(0)
  const { version: own } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  expect(version.stdout).toBe(`${own}\n`)
  await using doctor = await start(['doctor'], open)
  expect(await doctor.ended()).toBe(0)
  expect(doctor.stdout).toContain('All is well.')
  const modules = join(roots.at(-1) ?? '', 'app/node_modules')
  await expect(stat(join(modules, 'vitest'))).rejects.toThrow('ENOENT')
  await expect(stat(join(modules, 'typescript'))).rejects.toThrow('ENOENT')
})

test('it serves somebody who is not root', { timeout: minutes }, async () => {
  const folder = roots.at(-1) ?? ''
  await chmod(folder, 0o755)
  const nobody = 65_534
  const somebody = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  const words = [join(folder, 'app/dist/src/main.js'), 'doctor']
  const env = { ...open, ISOTHERM_SANDBOX: 'zenovay' }
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    cwd: join(folder, 'app'),
    env,
    ...somebody,
  })
  expect(stdout).toContain('All is well.')
})
