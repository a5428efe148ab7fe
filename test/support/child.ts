import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../../src/config/environment.ts'

/** A process of its own, which ends with its scope. */
export interface Child extends AsyncDisposable {
  readonly process: ChildProcess
  /** All that it wrote so far. */
  readonly stdout: string
  readonly stderr: string
  /** Resolves with what the pattern finds in its stdout, as soon as it does; rejects when the process ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves with its exit code once it has ended, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals | null>
}

/** Runs a script of `src/` by the node that runs the tests, with nothing else in its environment, in an empty folder unless told. */
export function startChild(
  script: 'main.ts' | 'sandbox-main.ts',
  environment: Environment = {},
  folder?: string,
): Promise<Child> {
  return startNode([join(import.meta.dirname, '../../src', script)], environment, folder)
}

/** The same for any script, with its arguments; it has no input unless told. */
export function startNode(
  words: readonly string[],
  environment: Environment = {},
  folder?: string,
  { hasInput = false } = {},
): Promise<Child> {
  return startProgram(process.execPath, words, environment, folder, { hasInput })
}

/** The same for any program. */
export async function startProgram(
  program: string,
  words: readonly string[],
  environment: Environment = {},
  folder?: string,
  { hasInput = false } = {},
): Promise<Child> {
  await using resources = new AsyncDisposableStack()
  const cwd = folder ?? (await emptyFolder(resources))
  const child = spawn(program, words, {
    cwd,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  if (!hasInput) child.stdin.end()
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
    })
  const closed = once(child, 'close')
  resources.defer(async () => {
    child.kill('SIGKILL')
    await closed
  })
  const owned = resources.move()
  return {
    process: child,
    get stdout() {
      return written.stdout
    },
    get stderr() {
      return written.stderr
    },
    async says(pattern) {
      for (;;) {
        const found = pattern.exec(written.stdout)
        if (found) return found
        if (child.stdout.closed)
          throw new Error(`ended without ${pattern}: ${written.stdout}${written.stderr}`)
        await Promise.race([once(child.stdout, 'data'), closed])
      }
    },
    async ended() {
      await closed
      return child.exitCode ?? child.signalCode
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Where a started Isotherm says that it listens. */
export async function originOf(child: Child): Promise<string> {
  const [, origin = ''] = await child.says(/listens on (http:\S+)\/graphql\n/)
  return origin
}

export async function emptyFolder(resources: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'isotherm-'))
  resources.defer(() => rm(folder, { recursive: true }))
  return folder
}
