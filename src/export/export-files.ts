import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { errorCode } from '../upstream/error-code.ts'
import { exportFolder, isPrivateFolder, makeExportFolder, removeLeftExports } from './export-folders.ts'

export interface ExportFileSettings {
  /** Their folder is made in here; by default in the system's folder for temporary files. */
  readonly folder?: string | undefined
  /** The bound of all files of this process together. */
  readonly maximumBytes: number
  readonly lifeMilliseconds?: number
}

/** A whole file, open until it is disposed of. */
export interface OpenExportFile extends AsyncDisposable {
  /** That many bytes from a position on; fewer at its end, and none beyond it. */
  readonly read: (length: number, position: number) => Promise<Uint8Array>
  readonly byteLength: number
  /** The caller that it was made for; files of another process share one owner. */
  readonly owner: string
  /** When it is removed, in ms since 1970. */
  readonly expiresAt: number
}

/** Thrown if a file has no room, even if others are removed; with a cause if the disk is full or refuses it. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom'
}

interface Kept {
  readonly owner: string
  readonly path: string
  readonly bytes: number
  readonly expiresAt: number
  /** Set while it is removed. */
  removal?: Promise<void> | undefined
}

interface Part {
  readonly folder: string
  readonly path: string
  readonly handle: FileHandle
}

const hour = 3_600_000

/** The most files of one caller at once: small ones need little room, but each is a name on the disk. */
const mostOfOwner = 100

/**
 * Files that were made for callers, in a folder that only this process's user can read. Each has an id that nobody can guess; any
 * process with the same settings opens it by that id. They are removed after their time, when room is needed, and when this is
 * disposed of. No owner makes room at the cost of an owner who holds no more bytes.
 */
export class ExportFiles implements AsyncDisposable {
  readonly #base: string
  readonly #maximumBytes: number
  readonly #life: number
  #folder: Promise<string> | undefined
  /** Oldest first. */
  readonly #kept = new Set<Kept>()
  readonly #writing = new Set<Promise<unknown>>()
  /** By owner, including files that are being written. */
  readonly #held = new Map<string, number>()
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> | undefined
  #isClosed = false

  constructor({ folder = tmpdir(), maximumBytes, lifeMilliseconds = hour }: ExportFileSettings) {
    this.#base = folder
    this.#maximumBytes = maximumBytes
    this.#life = lifeMilliseconds
  }

  /**
   * Writes a file and returns its id. Leaves nothing behind if it rejects: as `pieces` does, with NoRoom, or when `gone` aborts.
   */
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
    const parent = exportFolder(this.#base, folder)
    // All users may write to the system's folder for temporary files.
    if (!(await isPrivateFolder(parent))) return undefined
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    const path = join(parent, nameOf(secret))
    const handle = await open(path, flags).catch(() => undefined)
    if (!handle) return undefined
    opening.use(handle)
    const found = await handle.stat()
    const expiresAt = found.mtimeMs + this.#life
    if (!found.isFile() || found.uid !== process.geteuid?.() || found.nlink > 1) return undefined
    if (expiresAt <= Date.now()) return undefined
    const owned = opening.move()
    return {
      async read(length, position) {
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position)
        return buffer.subarray(0, bytesRead)
      },
      byteLength: found.size,
      owner: [...this.#kept].find(kept => kept.path === path)?.owner ?? parent,
      expiresAt,
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await Promise.allSettled([...this.#writing, this.#sweeping])
    const folder = await this.#folder?.catch(() => undefined)
    // A file that cannot be removed now is removed later by another process, like those of a killed one.
    if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }

  async #keep(owner: string, pieces: AsyncIterable<Uint8Array>, gone: AbortSignal): Promise<string> {
    const secret = randomBytes(24).toString('base64url')
    let bytes = 0
    let unfinished: string | undefined
    try {
      const part = await onDisk(this.#openPart())
      unfinished = part.path
      {
        await using handle = part.handle
        for await (const piece of pieces) {
          gone.throwIfAborted()
          bytes += piece.byteLength
          this.#hold(owner, piece.byteLength)
          await onDisk(this.#makeRoom(owner))
          await onDisk(handle.writeFile(piece))
        }
      }
      gone.throwIfAborted()
      const path = join(part.folder, nameOf(secret))
      await onDisk(rename(part.path, path))
      this.#kept.add({ owner, path, bytes, expiresAt: Date.now() + this.#life })
      await this.#removeSurplus(owner)
      return part.folder.slice(-6) + secret
    } catch (error) {
      // The first error says more than the failure to remove the file.
      if (unfinished !== undefined) await rm(unfinished, { force: true }).catch(() => undefined)
      this.#hold(owner, -bytes)
      // Closing a file may report it too.
      throw isFull(error) ? noRoom(error) : error
    }
  }

  /** Makes the folder again if it vanished: programs that clean up temporary files may remove it. */
  async #openPart(): Promise<Part> {
    for (let attempt = 1; attempt <= 2; attempt++) {
      const opening = this.#openFolder()
      const folder = await opening
      const path = join(folder, `${randomBytes(12).toString('hex')}.part`)
      const handle = (await isPrivateFolder(folder))
        ? await open(path, 'wx', 0o600).catch(undefinedIfMissing)
        : undefined
      if (handle) return { folder, path, handle }
      if (this.#folder === opening) this.#folder = undefined
      for (const kept of this.#kept) if (dirname(kept.path) === folder) await this.#remove(kept)
    }
    throw new Error('The folder of exports vanishes as soon as it is made.')
  }

  #openFolder(): Promise<string> {
    if (!this.#timer) this.#sweepLater()
    this.#folder ??= removeLeftExports(this.#base, this.#life)
      .then(() => makeExportFolder(this.#base))
      .catch(cause => {
        this.#folder = undefined
        throw new NoRoom('The server has no folder for exports that it can write.', { cause })
      })
    return this.#folder
  }

  #hold(owner: string, bytes: number): void {
    this.#bytes += bytes
    const held = this.#bytesOf(owner) + bytes
    if (held > 0) this.#held.set(owner, held)
    else this.#held.delete(owner)
  }

  #bytesOf(owner: string): number {
    return this.#held.get(owner) ?? 0
  }

  /** Removes the owner's own files first, then files of owners who hold more. */
  async #makeRoom(owner: string): Promise<void> {
    while (this.#bytes > this.#maximumBytes) {
      const larger = (kept: Kept) => this.#bytesOf(kept.owner) > this.#bytesOf(owner)
      const [oldest = [...this.#kept].find(larger)] = this.#of(owner)
      if (!oldest)
        throw new NoRoom(`All exports together may take ${this.#maximumBytes} bytes, and others need theirs.`)
      await this.#remove(oldest)
    }
  }

  #of(owner: string): readonly Kept[] {
    return [...this.#kept].filter(kept => kept.owner === owner)
  }

  async #removeSurplus(owner: string): Promise<void> {
    const own = this.#of(owner)
    const surplus = own.slice(0, Math.max(0, own.length - mostOfOwner))
    // A file that cannot be removed is surplus again the next time.
    await Promise.allSettled(surplus.map(kept => this.#remove(kept)))
  }

  #sweepLater(): void {
    this.#timer = setTimeout(
      () => {
        this.#sweeping = this.#sweep().then(() => {
          if (!this.#isClosed) this.#sweepLater()
        })
      },
      Math.min(this.#life, 60_000),
    ).unref()
  }

  /** Never rejects. */
  async #sweep(): Promise<void> {
    const past = [...this.#kept].filter(kept => kept.expiresAt <= Date.now())
    // A file that cannot be removed is tried again by the next sweep; its bytes count until then.
    await Promise.allSettled(past.map(kept => this.#remove(kept)))
    await removeLeftExports(this.#base, this.#life, await this.#folder?.catch(() => undefined))
  }

  /** Its bytes count until it is gone. */
  #remove(kept: Kept): Promise<void> {
    kept.removal ??= this.#removeOnce(kept)
    return kept.removal
  }

  async #removeOnce(kept: Kept): Promise<void> {
    try {
      await rm(kept.path, { force: true })
    } catch (error) {
      // If its folder has become a file, it is gone too.
      if (errorCode(error) !== 'ENOTDIR') {
        kept.removal = undefined
        throw error
      }
    }
    this.#kept.delete(kept)
    this.#hold(kept.owner, -kept.bytes)
  }
}

/** The same, but rejects with NoRoom: the folder may vanish at any time, or its disk may take nothing more. */
async function onDisk<Result>(working: Promise<Result>): Promise<Result> {
  try {
    return await working
  } catch (error) {
    throw error instanceof NoRoom ? error : noRoom(error)
  }
}

function noRoom(cause: unknown): NoRoom {
  const why = isFull(cause)
    ? 'The disk of exports has no room.'
    : 'The server cannot write to its folder of exports.'
  return new NoRoom(why, { cause })
}

function undefinedIfMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error
  return undefined
}

function isFull(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** The file's name on the disk, which does not reveal the secret. */
function nameOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
