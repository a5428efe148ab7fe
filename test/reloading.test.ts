import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Reloading } from '../src/reloading.ts'
import { readStart, type Setup } from '../src/setup.ts'
import { silentLog } from '../src/upstream/log.ts'
import { emptyFolder } from './support/child.ts'

const access = (caller: string, catalog = '') =>
  `accounts: [{ id: acme${catalog} }]\ncallers: [{ id: ${caller}, accounts: [acme] }]\n`

async function startWith(resources: AsyncDisposableStack, text: string) {
  const folder = await emptyFolder(resources)
  const file = join(folder, 'access.yaml')
  await writeFile(file, text)
  await writeFile(join(folder, 'catalog.yaml'), 'locations: [{ id: old, name: Old }]')
  const { reader } = await readStart({ ISOTHERM_ACCESS: file }, true)
  const taken: Setup[] = []
  const open = () =>
    resources.use(
      new Reloading({
        files: () => reader.files,
        firstStates: reader.states,
        read: () => reader.read(),
        take: async setup => void taken.push(setup),
        log: silentLog,
      }),
    )
  return { file, folder, taken, open }
}

test('a file that changes while a server is still starting is read again', async () => {
  await using resources = new AsyncDisposableStack()
  const { file, taken, open } = await startWith(resources, access('before'))
  await writeFile(file, access('after'))
  open()
  await expect.poll(() => taken.length, { timeout: 10_000 }).toBe(1)
  expect(taken[0]?.access?.callers.map(({ id }) => id)).toEqual(['after'])
})

test('so is one that another file names, and one that is gone', async () => {
  await using resources = new AsyncDisposableStack()
  const { file, folder, taken, open } = await startWith(resources, access('a', ', catalog: catalog.yaml'))
  await writeFile(join(folder, 'catalog.yaml'), 'locations: [{ id: new, name: New }]')
  open()
  await expect.poll(() => taken.length, { timeout: 10_000 }).toBe(1)
  expect(taken[0]?.accounts[0]?.catalog.location('new')?.name).toBe('New')
  await rm(file)
  await writeFile(file, access('b'))
  await expect.poll(() => taken.length, { timeout: 10_000 }).toBe(2)
})

test('files that stay as they were are not read again', async () => {
  await using resources = new AsyncDisposableStack()
  const { file, taken, open } = await startWith(resources, access('a'))
  open()
  await writeFile(join(file, '../other.yaml'), 'x')
  await new Promise(resolve => setTimeout(resolve, 1500))
  expect(taken).toEqual([])
})
