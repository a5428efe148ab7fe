import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, mkdtemp, open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ExportFileSettings {
  /** Where a folder for them is made; by default the system's for temporary files. */
  readonly folder?: string | undefined
  /** All of them together. */
  readonly maximumBytes: number
  readonly lifeMilliseconds?: number
}

/** A whole file, open until it is disposed. */
export interface OpenExportFile extends AsyncDisposable {
  readonly handle: FileHandle
  readonly byteLength: number
  /** When it is removed, in milliseconds. */
  readonly expiresAt: number
}

/** Thrown where a file has no room, whatever is removed. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom'
}

interface Kept {
  readonly owner: string
  readonly path: string
  readonly bytes: number
  readonly expiresAt: number
}

const prefix = 'isotherm-exports-'
const hour = 3_600_000

/** Files of a caller at once: small ones need little room, but each is a name on the disk. */
const mostOfOwner = 100

/**
 * Files that were made for callers, in a folder that only this process's user can read. Each has an id that nobody guesses, by which
 * every process with the same settings opens it. They are removed after their time, when there is no room, and with this.
 */
export class ExportFiles implements AsyncDisposable {
  readonly #base: string
  readonly #maximumBytes: number
  readonly #life: number
  #folder: Promise<string> | undefined
  /** The oldest first. */
  readonly #kept = new Set<Kept>()
  readonly #writing = new Set<Promise<unknown>>()
  #bytes = 0
  #sweeping: NodeJS.Timeout | undefined
  #isClosed = false

  constructor({ folder = tmpdir(), maximumBytes, lifeMilliseconds = hour }: ExportFileSettings) {
    this.#base = folder
    this.#maximumBytes = maximumBytes
    this.#life = lifeMilliseconds
  }

  /** Writes a file and returns its id. Leaves nothing if it rejects: as `pieces` does, with NoRoom, or when `gone` aborts. */
  async keep(owner: string, pieces: AsyncIterable<Uint8Array>, gone: AbortSignal): Promise<string> {
    if (this.#isClosed) throw new Error('No more exports are kept: the server stops.')
    const kept = this.#keep(owner, pieces, gone)
    this.#writing.add(kept)
    try {
      return await kept
    } finally {
      this.#writing.delete(kept)
    }
  }

  /** Undefined if there is none, or its time is over. */
  async open(id: string): Promise<OpenExportFile | undefined> {
    const [, folder = '', secret = ''] = /^([A-Za-z0-9]{6})([\w-]{32})$/.exec(id) ?? []
    if (secret === '') return undefined
    await using opening = new AsyncDisposableStack()
    const path = join(this.#base, prefix + folder, nameOf(secret))
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined)
    if (!handle) return undefined
    opening.use(handle)
    const found = await handle.stat()
    const expiresAt = found.mtimeMs + this.#life
    // The system's folder for temporary files is everybody's.
    if (!found.isFile() || found.uid !== process.geteuid?.() || expiresAt <= Date.now()) return undefined
    const owned = opening.move()
    return {
      handle,
      byteLength: found.size,
      expiresAt,
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#sweeping)
    await Promise.allSettled(this.#writing)
    const folder = await this.#folder?.catch(() => undefined)
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }

  async #keep(owner: string, pieces: AsyncIterable<Uint8Array>, gone: AbortSignal): Promise<string> {
    const folder = await this.#openFolder()
    const part = join(folder, `${randomBytes(12).toString('hex')}.part`)
    const secret = randomBytes(24).toString('base64url')
    const path = join(folder, nameOf(secret))
    let bytes = 0
    try {
      await using handle = await open(part, 'wx', 0o600)
      for await (const piece of pieces) {
        gone.throwIfAborted()
        bytes += piece.byteLength
        this.#bytes += piece.byteLength
        await this.#makeRoom(owner)
        await handle.writeFile(piece)
      }
      gone.throwIfAborted()
      await rename(part, path)
    } catch (error) {
      this.#bytes -= bytes
      await rm(part, { force: true })
      throw error
    }
    this.#kept.add({ owner, path, bytes, expiresAt: Date.now() + this.#life })
    const own = this.#of(owner)
    for (const oldest of own.slice(0, Math.max(0, own.length - mostOfOwner))) await this.#remove(oldest)
    return folder.slice(-6) + secret
  }

  #openFolder(): Promise<string> {
    this.#sweeping ??= setInterval(() => void this.#sweep(), Math.min(this.#life, 60_000)).unref()
    this.#folder ??= mkdtemp(join(this.#base, prefix)).catch(error => {
      this.#folder = undefined
      throw error
    })
    return this.#folder
  }

  /** Removes the owner's own files first. */
  async #makeRoom(owner: string): Promise<void> {
    while (this.#bytes > this.#maximumBytes) {
      const [oldest = [...this.#kept][0]] = this.#of(owner)
      if (!oldest) throw new NoRoom(`All exports together may take ${this.#maximumBytes} bytes.`)
      await this.#remove(oldest)
    }
  }

  #of(owner: string): readonly Kept[] {
    return [...this.#kept].filter(kept => kept.owner === owner)
  }

  async #sweep(): Promise<void> {
    for (const kept of this.#kept) if (kept.expiresAt <= Date.now()) await this.#remove(kept)
  }

  async #remove(kept: Kept): Promise<void> {
    if (!this.#kept.delete(kept)) return
    this.#bytes -= kept.bytes
    await rm(kept.path, { force: true })
  }
}

/** A name on the disk, which does not tell the secret. */
function nameOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
