import { randomUUID } from 'node:crypto'
import { type FileHandle, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { errorCode } from '../upstream/error-code.ts'

/** Thrown if the file cannot be written. Its message is a sentence for the person who named the file. */
export class UnwritableFile extends Error {
  override readonly name = 'UnwritableFile'
}

/** The file that a name leads to, following links. Rejects with UnwritableFile if it is no file, or a link is broken. */
export async function fileNamed(name: string): Promise<string> {
  const there = await lstat(name).catch(() => undefined)
  if (!there) return name
  const target = await stat(name).catch(() => undefined)
  if (!target) throw new UnwritableFile(`${name} cannot be written: it is a link that leads nowhere.`)
  if (target.isDirectory()) throw new UnwritableFile(`${name} cannot be written: it is a folder.`)
  // For example a pipe, to which /dev/stdout leads: it has no path of its own.
  if (!target.isFile()) throw new UnwritableFile(`${name} cannot be written: it is no regular file.`)
  return there.isSymbolicLink() ? await written(name, realpath(name)) : name
}

/**
 * A file that has its name only once it is whole: until then the name ends in `.part`. It is removed when this is disposed of,
 * unless it is kept. If several are written to one name at once, the latest writes it and the others reject.
 */
export class PartFile implements AsyncDisposable {
  readonly #file: string
  readonly #path: string
  #handle: FileHandle
  /** The file of an earlier export stays until something is written. */
  #isOwn: boolean
  /** The inode number of the file that it replaces. */
  #replaced: number | undefined

  private constructor(file: string, path: string, handle: FileHandle, isOwn: boolean) {
    this.#file = file
    this.#path = path
    this.#handle = handle
    this.#isOwn = isOwn
  }

  /** `file` as returned by `fileNamed`. Rejects with UnwritableFile, as all its methods do. */
  static async open(file: string): Promise<PartFile> {
    const path = `${file}.part`
    const handle = await written(path, open(path, 'a'))
    const { size } = await handle.stat()
    return new PartFile(file, path, handle, size === 0)
  }

  async write(pieces: AsyncIterable<string | Uint8Array>, wrote: () => void): Promise<void> {
    await this.#begin()
    for await (const piece of pieces) {
      await written(this.#path, this.#handle.writeFile(piece))
      wrote()
    }
    await written(this.#path, this.#handle.sync())
  }

  /** Leaves the rows so far as `.part`. */
  async keep(): Promise<void> {
    await this.#checkOwn()
    this.#isOwn = false
  }

  async finish(): Promise<void> {
    await this.#checkOwn()
    await written(this.#file, rename(this.#path, this.#file))
    this.#isOwn = false
  }

  /** Rejects if another file took its place, or it was removed. */
  async #checkOwn(): Promise<void> {
    if (await this.#isThere()) return
    const [part, file] = await Promise.all(
      [this.#path, this.#file].map(path => stat(path).catch(() => undefined)),
    )
    // A whole file has already been renamed.
    const isOther = part !== undefined || (file !== undefined && file.ino !== this.#replaced)
    const why = isOther ? 'another export to it began meanwhile' : `${this.#path} was removed meanwhile`
    throw new UnwritableFile(`${this.#file} is not written: ${why}.`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOwn && (await this.#isThere())) await rm(this.#path, { force: true })
    this.#isOwn = false
    await this.#handle.close()
  }

  /** In a file of its own, since others may write to that name now. Whoever may read the whole file may read it. */
  async #begin(): Promise<void> {
    const path = `${this.#path}.${randomUUID()}`
    const fresh = await written(this.#path, open(path, 'wx'))
    try {
      const replaced = await stat(this.#file).catch(() => undefined)
      this.#replaced = replaced?.ino
      if (replaced) await written(this.#path, fresh.chmod(replaced.mode & 0o777))
      await written(this.#path, rename(path, this.#path))
    } catch (error) {
      await fresh.close()
      await rm(path, { force: true })
      throw error
    }
    const last = this.#handle
    this.#handle = fresh
    this.#isOwn = true
    await last.close()
  }

  async #isThere(): Promise<boolean> {
    const [own, there] = await Promise.all([this.#handle.stat(), stat(this.#path).catch(() => undefined)])
    return own.ino === there?.ino && own.dev === there.dev
  }
}

/** The same, but rejects with UnwritableFile. */
export async function written<Result>(path: string, writing: Promise<Result>): Promise<Result> {
  try {
    return await writing
  } catch (cause) {
    const code = errorCode(cause) ?? 'an unknown error'
    throw new UnwritableFile(`${path} cannot be written: ${reasons.get(code) ?? code}.`, { cause })
  }
}

const [isFull, isForbidden] = ['the disk is full', 'this user may not write there']
const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such folder'],
  ['ENOTDIR', 'a part of its path is no folder'],
  ['EISDIR', 'it is a folder'],
  ['ERR_FS_EISDIR', 'it is a folder'],
  ['ENOSPC', isFull],
  ['EDQUOT', isFull],
  ['EFBIG', 'it is larger than this user may write'],
  ['EACCES', isForbidden],
  ['EPERM', isForbidden],
  ['EROFS', isForbidden],
])
