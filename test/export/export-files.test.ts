import { mkdir, readdir, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ExportFiles, NoRoom } from '../../src/export/export-files.ts'
import { emptyFolder } from '../support/child.ts'

const resources = new AsyncDisposableStack()
afterAll(() => resources.disposeAsync())

const never = new AbortController().signal

async function* bytes(...lengths: readonly number[]) {
  for (const length of lengths) yield new Uint8Array(length)
}

async function opened({ maximumBytes = 100 } = {}) {
  const folder = await emptyFolder(resources)
  const files = resources.use(new ExportFiles({ folder, maximumBytes }))
  const lengthOf = async (id: string) => {
    await using file = await files.open(id)
    return file?.byteLength
  }
  const names = async () => (await readdir(folder, { recursive: true })).filter(name => name.includes('/'))
  return { files, folder, lengthOf, names }
}

test('the oldest file of the same owner goes first where there is no room, then the oldest of all', async () => {
  const { files, lengthOf, names } = await opened()
  const first = await files.keep('one', bytes(40), never)
  const second = await files.keep('two', bytes(20, 20), never)
  const third = await files.keep('two', bytes(30), never)
  expect(await Promise.all([first, second, third].map(lengthOf))).toEqual([40, undefined, 30])
  const fourth = await files.keep('three', bytes(50), never)
  expect(await Promise.all([first, third, fourth].map(lengthOf))).toEqual([undefined, 30, 50])
  await expect(files.keep('three', bytes(60, 60), never)).rejects.toThrow(NoRoom)
  expect(await names()).toEqual([])
  expect(await lengthOf(await files.keep('one', bytes(100), never))).toBe(100)
})

test('a caller has a hundred files at most', async () => {
  const { files, lengthOf } = await opened({ maximumBytes: 1000 })
  const ids: string[] = []
  for (let count = 0; count < 101; count++) ids.push(await files.keep('one', bytes(1), never))
  expect(await Promise.all(ids.map(lengthOf))).toEqual([undefined, ...Array(100).fill(1)])
})

test('a file has its name only once it is whole', async () => {
  const { files, names } = await opened()
  const seen: (readonly string[])[] = []
  async function* pieces() {
    yield new Uint8Array(3)
    seen.push(await names())
    yield new Uint8Array(3)
  }
  await files.keep('one', pieces(), never)
  expect(seen).toEqual([[expect.stringMatching(/\.part$/)]])
  expect(await names()).toEqual([expect.not.stringMatching(/\.part$/)])
  async function* failing() {
    yield new Uint8Array(3)
    throw new Error('the vendor failed')
  }
  await expect(files.keep('one', failing(), never)).rejects.toThrow('the vendor failed')
  await expect(files.keep('one', bytes(3), AbortSignal.abort(new Error('left')))).rejects.toThrow('left')
  expect(await names()).toHaveLength(1)
})

test('another process with the same folder opens it, and nobody opens it after an hour', async () => {
  const { files, folder, names } = await opened()
  const id = await files.keep('one', bytes(7), never)
  await using other = new ExportFiles({ folder, maximumBytes: 100 })
  {
    await using file = await other.open(id)
    expect(file?.byteLength).toBe(7)
  }
  const [name = ''] = await names()
  const past = new Date(Date.now() - 3_601_000)
  await utimes(join(folder, name), past, past)
  expect(await other.open(id)).toBeUndefined()
  expect(await files.open(id)).toBeUndefined()
})

test('a file that is past its time is removed though nobody asks', async () => {
  const folder = await emptyFolder(resources)
  await using files = new ExportFiles({ folder, maximumBytes: 100, lifeMilliseconds: 20 })
  await files.keep('one', bytes(7), never)
  const count = async () => (await readdir(folder, { recursive: true })).length
  while ((await count()) > 1) await new Promise(resolve => setImmediate(resolve))
  expect(await count()).toBe(1)
})

test('what is closed leaves no folder, also of a file that is being written, and writes no more', async () => {
  const { files, folder } = await opened()
  const held = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const controller = new AbortController()
  async function* pieces() {
    begun.resolve()
    await held.promise
    yield new Uint8Array(1)
  }
  await files.keep('one', bytes(7), never)
  const writing = files.keep('one', pieces(), controller.signal)
  await begun.promise
  const closing = files[Symbol.asyncDispose]()
  controller.abort(new Error('left'))
  held.resolve()
  await expect(writing).rejects.toThrow('left')
  await closing
  expect(await readdir(folder)).toEqual([])
  await expect(files.keep('one', bytes(7), never)).rejects.toThrow()
  expect(await readdir(folder)).toEqual([])
})

test('no link leads out of the folder', async () => {
  const { files, folder, names } = await opened()
  const id = await files.keep('one', bytes(7), never)
  const [name = ''] = await names()
  const [, file = ''] = name.split('/')
  await mkdir(join(folder, 'isotherm-exports-ABCDEF'))
  await symlink(join(folder, name), join(folder, 'isotherm-exports-ABCDEF', file))
  expect(await files.open(`ABCDEF${id.slice(6)}`)).toBeUndefined()
})
