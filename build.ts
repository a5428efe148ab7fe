import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { rolldown } from 'rolldown'

const root = import.meta.dirname

/** What stays a package of its own: native code, and the 9 MB of GraphiQL. */
const external = ['sharp', '@graphql-yoga/render-graphiql', 'pino-pretty']

/**
 * Packages that others import and that nothing here calls: 22 and 8 MiB of memory. Pothos prints a subgraph with the one,
 * graphql-jit serializes with the other.
 */
const uncalled = ['@apollo/subgraph', 'fast-json-stringify']

/** Writes Isotherm and its packages into few files, since a start spends most of its time on finding and reading many. */
export async function buildInto(folder: string): Promise<void> {
  await using bundle = await rolldown({
    cwd: root,
    input: { main: 'src/main.ts', 'explorer-worker': 'src/server/pages/explorer-worker.ts' },
    platform: 'node',
    external,
    plugins: [leaveOut(uncalled)],
    checks: { eval: false },
  })
  const { output } = await bundle.write({
    dir: join(folder, 'src'),
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
  })
  // Browsers read them as they are.
  await cp(join(root, 'src/page'), join(folder, 'src/page'), { recursive: true })
  const modules = output.flatMap(chunk => (chunk.type === 'chunk' ? chunk.moduleIds : []))
  await writeFile(join(folder, 'licences.txt'), await licencesOf(modules))
}

/** Replaces packages by one whose functions throw. */
function leaveOut(names: readonly string[]) {
  const prefix = '\0left out '
  return {
    name: 'leave-out',
    resolveId: (id: string) => (names.includes(id) ? prefix + id : undefined),
    load(id: string) {
      if (!id.startsWith(prefix)) return undefined
      const message = `${id.slice(prefix.length)} is not part of this build.`
      return `module.exports = new Proxy({}, { get: (_, name) => name === '__esModule' ? true : () => { throw new Error(${JSON.stringify(message)}) } })`
    },
  }
}

/** The licence texts of the packages that the modules are of. */
async function licencesOf(modules: readonly string[]): Promise<string> {
  const folders = modules.flatMap(id => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? [])
  const texts = await Promise.all([...new Set(folders)].toSorted().map(textOf))
  return `${[...new Set(texts)].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}

async function textOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const files = (await readdir(folder)).filter(file => /^(licen[cs]e|copying|notice)/i.test(file))
  const texts = await Promise.all(files.toSorted().map(file => readFile(join(folder, file), 'utf8')))
  return [`${name} ${version} (${license})`, ...texts.map(text => text.trim())].join('\n\n')
}

if (import.meta.main) {
  const folder = join(root, 'dist')
  await buildInto(folder)
  console.log(`Built into ${relative(process.cwd(), folder)}.`)
}
