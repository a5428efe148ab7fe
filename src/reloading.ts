import { setTimeout } from 'node:timers/promises'
import { StartProblems } from './config/config.ts'
import { fileState, joinedStates } from './config/file-state.ts'
import { outline } from './server/graphql/plugins/masked-errors.ts'
import type { Log } from './upstream/log.ts'

export interface ReloadingOptions<Content> {
  /** The files that were read last. */
  readonly files: () => readonly string[]
  /** The states that they had when they were read first: they may have changed since. */
  readonly firstStates: string
  /** Rejects with StartProblems if a file is wrong. */
  readonly read: () => Promise<Content>
  /** Applies what was read. */
  readonly take: (content: Content) => Promise<void>
  readonly log: Log
}

/** Milliseconds between two checks of the files, and for which they must stay the same before they are read. */
const [lookMilliseconds, settleMilliseconds] = [1000, 100]
/** A file that keeps changing is read as it is. */
const mostRounds = 20

/** Reads files again when they change. Watching misses changes of mounted folders, so the files are checked every second. */
export class Reloading<Content> implements AsyncDisposable {
  readonly #options: ReloadingOptions<Content>
  readonly #timer: NodeJS.Timeout
  /** The state of the files when they were last read. */
  #seen: string
  #running = Promise.resolve()
  #isLooking = false

  /** Open it after the first reading. */
  constructor(options: ReloadingOptions<Content>) {
    this.#options = options
    this.#seen = options.firstStates
    this.#timer = setInterval(() => void this.#look(), lookMilliseconds).unref()
  }

  /**
   * Reads the files again, even if unchanged. Never rejects: a problem is one line of the log, and everything stays as it was.
   */
  reload(): Promise<void> {
    this.#running = this.#running.then(() => this.#reload())
    return this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    await this.#running
    if ((await stateOf(this.#options.files())) !== this.#seen) await this.reload()
    this.#isLooking = false
  }

  async #reload(): Promise<void> {
    const { files, take, log } = this.#options
    const content = await this.#readSettled()
    const names = files().join(', ')
    try {
      if (content instanceof StartProblems) throw content
      await take(content)
      log.info({}, `read again: ${names}`)
    } catch (error) {
      const problems = error instanceof StartProblems ? error.problems : [outline(error)]
      log.error({ problems }, `what was read before stays, since there are problems: ${problems.join('; ')}`)
    }
  }

  /** Reads files that nobody is writing: they are the same before and after. */
  async #readSettled(): Promise<Content | StartProblems> {
    const { files, read } = this.#options
    for (let round = 1; ; round++) {
      this.#seen = await settledStateOf(files())
      const content = await read().catch((error: unknown) => {
        if (error instanceof StartProblems) return error
        return new StartProblems([outline(error)])
      })
      if (round === mostRounds || (await stateOf(files())) === this.#seen) return content
    }
  }
}

async function settledStateOf(files: readonly string[]): Promise<string> {
  let last = await stateOf(files)
  for (let round = 1; round < mostRounds; round++) {
    await setTimeout(settleMilliseconds, undefined, { ref: false })
    const now = await stateOf(files)
    if (now === last) break
    last = now
  }
  return last
}

async function stateOf(files: readonly string[]): Promise<string> {
  return joinedStates(await Promise.all(files.map(async file => [file, await fileState(file)] as const)))
}
