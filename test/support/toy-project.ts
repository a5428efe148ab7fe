import { execFile } from 'node:child_process'
import { cp, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { emptyFolder } from './child.ts'

const root = join(import.meta.dirname, '../..')

/** What `test/toy-provider/` adds to `src/`. */
export const toyFiles = [
  'src/sandbox/toy.ts',
  'src/providers/toy/wire.ts',
  'src/providers/toy/client.ts',
  'src/providers/toy/loaders.ts',
  'src/providers/toy/provider.ts',
]

type Edits = readonly (readonly [old: string, text: string])[]

const entry = `# Toys

# The key of an account.
TOY_KEY=

# The URL of the API.
# TOY_URL=https://api.toy.example

# Most calls at once, how long responses are cached (in seconds), and most calls of one request.
# TOY_CONCURRENCY=8
# TOY_KEEP_SECONDS=60
# TOY_MAX_CALLS=1000

# Datadog: `

/** What a new provider changes in files that are there. */
export const toyEdits = {
  'src/upstream/error.ts': [["'datadog'] as const", "'datadog', 'toy'] as const"]],
  'src/providers.ts': [
    ['\nimport { zenovay }', "\nimport { toy } from './providers/toy/provider.ts'\nimport { zenovay }"],
    ['  datadog,\n} satisfies', '  datadog,\n  toy,\n} satisfies'],
  ],
  '.env.example': [['# Datadog: ', entry]],
  'CHANGELOG.md': [['## Unreleased\n', '## Unreleased\n\n- Toys.\n']],
} satisfies Readonly<Record<string, Edits>>

/** A copy of the project with the toy provider's own files and tests in it. */
export interface ToyProject extends AsyncDisposable {
  readonly folder: string
  /** Replaces texts that have to be in the file. */
  edit(path: string, edits: Edits): Promise<void>
  /** The errors of the compiler, each with its details. */
  typeCheck(): Promise<readonly string[]>
  /** Runs the script of a package; what it prints, and whether it exits with 0. */
  run(
    script: string,
    ...words: readonly string[]
  ): Promise<{ readonly succeeds: boolean; readonly text: string }>
}

export async function copyProject(): Promise<ToyProject> {
  await using resources = new AsyncDisposableStack()
  const folder = await emptyFolder(resources)
  const copied = 'package.json tsconfig.json vitest.config.ts .env.example CHANGELOG.md catalog.example.yaml'
  for (const name of [...copied.split(' '), 'src', 'schema', 'test'])
    await cp(join(root, name), join(folder, name), { recursive: true, filter: path => !isLeftOut.test(path) })
  for (const name of ['src', 'test'])
    await cp(join(root, 'test/toy-provider', name), join(folder, name), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const config = { extends: './tsconfig.json', include: ['src', 'test/providers/toy'] }
  await writeFile(join(folder, 'tsconfig.toy.json'), JSON.stringify(config))
  await rename(
    join(folder, 'test/providers/toy/conformance.ts'),
    join(folder, 'test/providers/toy/client.test.ts'),
  )
  const run: ToyProject['run'] = (script, ...words) =>
    new Promise(resolve => {
      const options = { cwd: folder, env: { PATH: process.env.PATH, NO_COLOR: '1' }, timeout: 240_000 }
      execFile(process.execPath, [`node_modules/${script}`, ...words], options, (error, stdout, stderr) =>
        resolve({ succeeds: error === null, text: stdout + stderr }),
      )
    })
  const owned = resources.move()
  return {
    folder,
    async edit(path, edits) {
      let text = await readFile(join(folder, path), 'utf8')
      for (const [old, replacement] of edits) {
        if (!text.includes(old)) throw new Error(`${path} holds no ${JSON.stringify(old)}.`)
        text = text.replace(old, () => replacement)
      }
      await writeFile(join(folder, path), text)
    },
    async typeCheck() {
      const { text } = await run('typescript/bin/tsc', '-p', 'tsconfig.toy.json')
      return text.split(/\n(?=\S)/).filter(Boolean)
    },
    run,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const isLeftOut = /\/test\/(foreign|toy-provider|bench|long|browser)(\/|$)/
