import { chmod, copyFile, link, mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { ExportFiles, NoRoom } from '../../src/export/export-files.ts'
import { emptyFolder } from '../support/child.ts'
import { propertyRuns } from '../support/property-runs.ts'

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

test('where there is no room the oldest own file goes first, then the oldest of owners who hold more', async () => {
  const { files, lengthOf, names } = await opened()
  const first = await files.keep('one', bytes(40), never)
  const second = await files.keep('two', bytes(20, 20), never)
  const third = await files.keep('two', bytes(30), never)
  expect(await Promise.all([first, second, third].map(lengthOf))).toEqual([40, undefined, 30])
  const fourth = await files.keep('three', bytes(35), never)
  expect(await Promise.all([first, third, fourth].map(lengthOf))).toEqual([undefined, 30, 35])
  await expect(files.keep('three', bytes(60, 60), never)).rejects.toThrow(NoRoom)
  expect(await Promise.all([third, fourth].map(lengthOf))).toEqual([30, undefined])
  expect(await names()).toHaveLength(1)
  expect(await lengthOf(await files.keep('one', bytes(70), never))).toBe(70)
})

test('nobody loses a file to an owner who holds as much, and all together hold the maximum at most', async () => {
  const asks = fc.array(fc.tuple(fc.constantFrom('one', 'two', 'three'), fc.integer({ min: 1, max: 120 })), {
    minLength: 3,
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(asks, async list => {
      await using files = new ExportFiles({ folder: await emptyFolder(resources), maximumBytes: 100 })
      let held: { readonly owner: string; readonly id: string; readonly length: number }[] = []
      for (const [owner, length] of list) {
        const before = held
        const id = await files.keep(owner, bytes(length), never).catch(error => {
          expect(error).toBeInstanceOf(NoRoom)
          return undefined
        })
        if (id !== undefined) held = [...held, { owner, id, length }]
        const found = await Promise.all(
          held.map(async file => ({ ...file, isOpen: await isOpen(files, file.id) })),
        )
        for (const lost of found.filter(file => !file.isOpen && file.owner !== owner))
          expect(bytesOf(before, lost.owner)).toBeGreaterThan(length)
        held = found.filter(file => file.isOpen)
        expect(held.reduce((sum, file) => sum + file.length, 0)).toBeLessThanOrEqual(100)
      }
    }),
    { numRuns: propertyRuns(10) },
  )
})

function bytesOf(held: readonly { readonly owner: string; readonly length: number }[], owner: string) {
  return held.reduce((sum, file) => sum + (file.owner === owner ? file.length : 0), 0)
}

async function isOpen(files: ExportFiles, id: string) {
  await using file = await files.open(id)
  return file !== undefined
}

test('files that make room at the same time remove no more than they need, and each once', async () => {
  const { files, lengthOf } = await opened()
  const large = await files.keep('one', bytes(50), never)
  const next = await files.keep('one', bytes(40), never)
  const allBegun = Promise.withResolvers<void>()
  let begun = 0
  async function* together() {
    if (++begun === 3) allBegun.resolve()
    await allBegun.promise
    yield new Uint8Array(10)
  }
  const small = await Promise.all(['two', 'three', 'four'].map(owner => files.keep(owner, together(), never)))
  expect(await Promise.all([large, next, ...small].map(lengthOf))).toEqual([undefined, 40, 10, 10, 10])
  expect(await lengthOf(await files.keep('five', bytes(30), never))).toBe(30)
  expect(await lengthOf(next)).toBe(40)
  await expect(files.keep('six', bytes(45), never)).rejects.toThrow(NoRoom)
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
  // Of a process that was killed since.
  await mkdir(join(folder, 'isotherm-exports-AAAAAA'), { mode: 0o700 })
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

test('no link leads out of the folder, and no file has another name elsewhere', async () => {
  const { files, folder, names, lengthOf } = await opened()
  const id = await files.keep('one', bytes(7), never)
  const [name = ''] = await names()
  const [, file = ''] = name.split('/')
  await mkdir(join(folder, 'isotherm-exports-ABCDEF'), { mode: 0o700 })
  await symlink(join(folder, name), join(folder, 'isotherm-exports-ABCDEF', file))
  expect(await lengthOf(`ABCDEF${id.slice(6)}`)).toBeUndefined()
  await mkdir(join(folder, 'isotherm-exports-ABCDEG'), { mode: 0o700 })
  await link(join(folder, name), join(folder, 'isotherm-exports-ABCDEG', file))
  expect(await lengthOf(`ABCDEG${id.slice(6)}`)).toBeUndefined()
})

test('a file is opened only in a folder that nobody else could write', async () => {
  const { files, folder, names, lengthOf } = await opened()
  const id = await files.keep('one', bytes(7), never)
  const [name = ''] = await names()
  const [own = '', file = ''] = name.split('/')
  const other = join(folder, 'isotherm-exports-ABCDEF')
  await mkdir(other, { mode: 0o700 })
  await copyFile(join(folder, name), join(other, file))
  expect(await lengthOf(`ABCDEF${id.slice(6)}`)).toBe(7)
  for (const mode of [0o720, 0o702, 0o710, 0o704]) {
    await chmod(other, mode)
    expect(await lengthOf(`ABCDEF${id.slice(6)}`), mode.toString(8)).toBeUndefined()
  }
  await symlink(join(folder, own), join(folder, 'isotherm-exports-ABCDEG'))
  expect(await lengthOf(`ABCDEG${id.slice(6)}`)).toBeUndefined()
})

test('a folder that vanished, or is no longer private, is made again, and its bytes are free', async () => {
  const { files, folder, lengthOf } = await opened()
  await files.keep('one', bytes(90), never)
  const [own = ''] = await readdir(folder)
  await rm(join(folder, own), { recursive: true })
  const ids = await Promise.all(['two', 'three'].map(owner => files.keep(owner, bytes(40), never)))
  expect(await Promise.all(ids.map(lengthOf))).toEqual([40, 40])
  const [second = ''] = await readdir(folder)
  await chmod(join(folder, second), 0o777)
  expect(await lengthOf(await files.keep('four', bytes(90), never))).toBe(90)
})

test.each(['ENOSPC', 'EDQUOT'])(
  'a disk that is full (%s) has no room, and the error is the cause',
  async code => {
    const { files, names } = await opened()
    const full = Object.assign(new Error('the disk'), { code })
    async function* pieces() {
      yield new Uint8Array(1)
      throw full
    }
    const failed = await files.keep('one', pieces(), never).catch(error => error)
    expect(failed).toBeInstanceOf(NoRoom)
    expect(failed.cause).toBe(full)
    expect(await names()).toEqual([])
  },
)

test('where no folder can be made there is no room, and the error is the cause', async () => {
  const { folder } = await opened()
  const file = join(folder, 'file')
  await writeFile(file, '')
  for (const [base, code] of [
    [file, 'EEXIST'],
    [join(file, 'below'), 'ENOTDIR'],
  ] as const) {
    await using files = new ExportFiles({ folder: base, maximumBytes: 100 })
    const failed = await files.keep('one', bytes(1), never).catch(error => error)
    expect(failed).toBeInstanceOf(NoRoom)
    expect(failed.cause).toMatchObject({ code })
  }
})

test('a folder that goes away while a file is written has no room, nor has one that nobody can make again', async () => {
  const { folder } = await opened()
  const base = join(folder, 'base')
  await using files = new ExportFiles({ folder: base, maximumBytes: 100 })
  const failureOf = (pieces: AsyncIterable<Uint8Array>) =>
    files.keep('one', pieces, never).catch(error => error)
  async function* vanishing() {
    yield* bytes(1)
    await rm(base, { recursive: true })
    yield* bytes(1)
  }
  const vanished = await failureOf(vanishing())
  expect(vanished).toBeInstanceOf(NoRoom)
  expect(vanished.cause).toMatchObject({ code: 'ENOENT' })
  await files.keep('one', bytes(90), never)
  await rm(base, { recursive: true })
  await writeFile(base, '')
  const replaced = await failureOf(bytes(1))
  expect(replaced).toBeInstanceOf(NoRoom)
  expect(replaced.cause).toMatchObject({ code: 'EEXIST' })
  await rm(base)
  // What was there takes no room.
  await files.keep('two', bytes(100), never)
})

test('a folder that cannot be removed keeps nobody from stopping', async () => {
  const { folder } = await opened()
  const base = join(folder, 'base')
  const files = new ExportFiles({ folder: base, maximumBytes: 100 })
  await files.keep('one', bytes(1), never)
  await rm(base, { recursive: true })
  await writeFile(base, '')
  await expect(files[Symbol.asyncDispose]()).resolves.toBeUndefined()
})

test('what killed processes left goes once it is old, and nothing else', async () => {
  const { files, folder } = await opened()
  const past = new Date(Date.now() - 3_601_000)
  const make = async (name: string, contents: readonly string[], isFolderOld: boolean, mode = 0o700) => {
    const path = join(folder, name)
    await mkdir(path)
    for (const file of contents) await writeFile(join(path, file), '')
    for (const file of contents.filter(one => one.startsWith('old')))
      await utimes(join(path, file), past, past)
    await chmod(path, mode)
    if (isFolderOld) await utimes(path, past, past)
  }
  await make('isotherm-exports-AAAAAA', ['old', 'old.part'], true)
  await make('isotherm-exports-BBBBBB', ['old', 'new'], true)
  await make('isotherm-exports-CCCCCC', ['old'], false)
  await make('isotherm-exports-DDDDDD', ['old'], true, 0o755)
  await make('others', ['old'], true)
  await files.keep('one', bytes(7), never)
  const left = await readdir(folder, { recursive: true })
  expect(left.filter(name => /^(others|isotherm-exports-([A-D])\2{5})/.test(name)).sort()).toEqual([
    'isotherm-exports-BBBBBB',
    'isotherm-exports-BBBBBB/new',
    'isotherm-exports-CCCCCC',
    'isotherm-exports-DDDDDD',
    'isotherm-exports-DDDDDD/old',
    'others',
    'others/old',
  ])
})
