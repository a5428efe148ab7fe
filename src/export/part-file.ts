import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'

/** Thrown where the machine takes no file. Its message is a sentence for whoever named the file. */
export class UnwritableFile extends Error {
  override readonly name = 'UnwritableFile'
}

/** A file that has its name only once it is whole: until then it ends in `.part`. It is removed with this, unless it is kept. */
export class PartFile implements AsyncDisposable {
  readonly #file: string
  readonly #path: string
  readonly #handle: FileHandle
  /** What an earlier one left there stays until something is written. */
  #isOwn: boolean

  private constructor(file: string, path: string, handle: FileHandle, isOwn: boolean) {
    this.#file = file
    this.#path = path
    this.#handle = handle
    this.#isOwn = isOwn
  }

  /** Rejects with UnwritableFile, as all its methods do. */
  static async open(file: string): Promise<PartFile> {
    const there = await stat(file).catch(() => undefined)
    if (there?.isDirectory()) throw new UnwritableFile(`${file} cannot be written: it is a folder.`)
    const path = `${file}.part`
    const handle = await written(path, open(path, 'a'))
    const { size } = await handle.stat()
    return new PartFile(file, path, handle, size === 0)
  }

  async write(pieces: AsyncIterable<string | Uint8Array>, wrote: () => void): Promise<void> {
    if (!this.#isOwn) await written(this.#path, this.#handle.truncate())
    this.#isOwn = true
    for await (const piece of pieces) {
      await written(this.#path, this.#handle.writeFile(piece))
      wrote()
    }
    await written(this.#path, this.#handle.sync())
  }

  /** Leaves what was written as `.part`. */
  keep(): void {
    this.#isOwn = false
  }

  async finish(): Promise<void> {
    await written(this.#file, rename(this.#path, this.#file))
    this.keep()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
    if (this.#isOwn) await rm(this.#path, { force: true })
  }
}

/** The same, but rejects with UnwritableFile. */
export async function written<Result>(path: string, writing: Promise<Result>): Promise<Result> {
  try {
    return await writing
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'an unknown error'
    throw new UnwritableFile(`${path} cannot be written: ${reasons.get(code) ?? code}.`, { cause })
  }
}

const [isFull, isForbidden] = ['the disk is full', 'this user may not write there']
const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such folder'],
  ['ENOTDIR', 'a part of its path is no folder'],
  ['EISDIR', 'it is a folder'],
  ['ENOSPC', isFull],
  ['EDQUOT', isFull],
  ['EACCES', isForbidden],
  ['EPERM', isForbidden],
  ['EROFS', isForbidden],
])
