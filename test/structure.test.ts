import { glob, readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { providerNames } from '../src/upstream/error.ts'

/** In quotes of any kind. */
const strings = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/
const root = join(import.meta.dirname, '..')
const files = await readFiles('{src,schema,test}/**/*.ts')
const sources = files.filter(({ path }) => !path.startsWith('test/'))

/** What the graph may take from the machinery at run time, beside it how pages are spelled; all else are types. */
const valuesForTheGraph = [
  'BadInput of src/upstream/bad-input.ts',
  'addressOf of src/upstream/page-path.ts',
  'spelledPath of src/upstream/page-path.ts',
  'isUuid of src/upstream/uuid.ts',
  'fitsRoute of src/upstream/vendor-id.ts',
  'isDots of src/upstream/vendor-id.ts',
  'isVendorId of src/upstream/vendor-id.ts',
  'providerNames of src/upstream/error.ts',
  'spatialHeatmapTypes of src/providers/aura-vision/wire.ts',
  'locationMetrics of src/providers/analytiks/wire.ts',
  'pointOfInterestMetrics of src/providers/analytiks/wire.ts',
]

test('there is something to look at', () => {
  for (const name of providerNames) {
    const parts = ['wire.ts', 'client.ts', 'loaders.ts'].map(part => `src/providers/${name}/${part}`)
    expect(sources.map(({ path }) => path)).toEqual(expect.arrayContaining(parts))
  }
  expect(importsOf(sources, 'src/providers/').length).toBeGreaterThan(50)
  expect(importsOf(sources, 'schema/').length).toBeGreaterThan(50)
})

test('every form of import is seen, and types are told from values', () => {
  const text = `
    import 'a'
    import type { B } from 'b'
    import { type C, c as see } from 'c'
    import {
      d,
      type D,
    } from 'd'
    import * as e from 'e'
    import f from 'f'
    export { g } from 'g'
    export * from 'h'
    const i = await import('i')
    type J = import('j').J
    // import k from 'k'
    /* import l from 'l' */ call({ accept: '*/*' }, await import('m')) /* all */
  `
  expect(scan('x.ts', text).imports).toEqual([
    { from: 'x.ts', to: 'a', values: ['*'] },
    { from: 'x.ts', to: 'b', values: [] },
    { from: 'x.ts', to: 'c', values: ['c'] },
    { from: 'x.ts', to: 'd', values: ['d'] },
    { from: 'x.ts', to: 'e', values: ['*'] },
    { from: 'x.ts', to: 'f', values: ['*'] },
    { from: 'x.ts', to: 'g', values: ['g'] },
    { from: 'x.ts', to: 'h', values: ['*'] },
    { from: 'x.ts', to: 'i', values: ['*'] },
    { from: 'x.ts', to: 'j', values: [] },
    { from: 'x.ts', to: 'm', values: ['*'] },
  ])
  expect(scan('src/a/x.ts', "import '../b.ts'\nimport './c.ts'").imports.map(({ to }) => to)).toEqual([
    'src/b.ts',
    'src/a/c.ts',
  ])
})

test.each(providerNames)('%s imports its own files and what all providers share, and no more', name => {
  const own = `src/providers/${name}/`
  const strangers = importsOf(sources, own).filter(({ to }) => isOurs(to) && !to.startsWith(own))
  expect(strangers.filter(({ to }) => !to.startsWith('src/upstream/'))).toEqual([])
})

test('what all providers share imports nothing else of ours', () => {
  const imports = importsOf(sources, 'src/upstream/').filter(({ to }) => isOurs(to))
  expect(imports.length).toBeGreaterThan(5)
  expect(imports.filter(({ to }) => !to.startsWith('src/upstream/'))).toEqual([])
})

test('the graph takes types, records and enum lists from the machinery, and no more', () => {
  const taken = importsOf(sources, 'schema/').filter(({ to }) => to.startsWith('src/'))
  const values = taken.flatMap(({ to, values }) => values.map(value => `${value} of ${to}`))
  expect(new Set(values)).toEqual(new Set(valuesForTheGraph))
  const places =
    /^src\/((account|catalog|context|images\/references)|upstream\/[\w-]+|providers\/[\w-]+\/(wire|client|loaders|series|traffic-question))\.ts$/
  expect(taken.filter(({ to }) => !places.test(to))).toEqual([])
})

test('only the process and the server import the graph', () => {
  const importers = importsOf(sources, 'src/').filter(({ to }) => to.startsWith('schema/'))
  expect(importers.length).toBeGreaterThan(0)
  expect(importers.filter(({ from }) => !/^src\/(main|server\/[\w-]+)\.ts$/.test(from))).toEqual([])
})

test('the sandbox imports neither a provider nor the graph: client and emulator must not share a mistake', () => {
  const imports = importsOf(sources, 'src/sandbox/')
  expect(imports.length).toBeGreaterThan(20)
  expect(imports.filter(({ to }) => /^(src\/providers|schema\/)/.test(to))).toEqual([])
})

test('only the process reads the environment', () => {
  const readers = sources.filter(({ code }) =>
    /\bprocess\s*(\.|\?\.|\[\W)\s*env\b|\bloadEnvFile\b/.test(code),
  )
  expect(readers.map(({ path }) => path)).toEqual(['src/main.ts'])
  expect(importsOf(sources, '').filter(({ to }) => /^(node:)?process$/.test(to))).toEqual([])
})

test("the vendors' own names of things stay in their wire.ts and in the sandbox", () => {
  const places = /^src\/(sandbox\/|providers\/[\w-]+\/wire\.ts$)/
  // The words of an OAuth 2 grant, which no vendor chose.
  const grant = ['client_id', 'client_secret', 'grant_type', 'access_token', 'expires_in']
  const found = sources
    .filter(({ path }) => !places.test(path))
    .flatMap(({ path, names }) =>
      names
        .filter(name => /^[a-z]\w*_\w/.test(name))
        .filter(name => path !== 'src/upstream/token.ts' || !grant.includes(name))
        .map(name => `${name} in ${path}`),
    )
  expect(found).toEqual([])
  const wire = sources.filter(({ path }) => path === 'src/providers/datadog/wire.ts')
  expect(wire.flatMap(({ names }) => names)).toContain('application_id')
})

test('no file grows past what can be read at once', () => {
  const long = files.filter(({ path, lines }) => lines > (path.startsWith('test/') ? 400 : 300))
  expect(long.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([])
})

test('a file is named for what it holds', () => {
  const named = files
    .map(({ path }) => path)
    .filter(path => /(^|[/-])(utils?|helpers?|types?|managers?|services?|index)(\.test)?\.ts$/.test(path))
  expect(named).toEqual(['schema/index.ts'])
})

test('no file hands on what another one exports', () => {
  expect(sources.filter(({ code }) => /^export\b[^'`]*\bfrom '/m.test(code)).map(({ path }) => path)).toEqual(
    [],
  )
})

interface Source {
  readonly path: string
  readonly lines: number
  /** Without comments. */
  readonly code: string
  /** Every identifier and key. */
  readonly names: readonly string[]
  readonly imports: readonly Import[]
}

interface Import {
  readonly from: string
  /** A file below the root, or a package. */
  readonly to: string
  /** What is imported at run time; `*` for all of it. */
  readonly values: readonly string[]
}

function importsOf(sources: readonly Source[], folder: string): readonly Import[] {
  return sources.filter(({ path }) => path.startsWith(folder)).flatMap(({ imports }) => imports)
}

function isOurs(path: string): boolean {
  return /^(src|schema|test)\//.test(path)
}

async function readFiles(pattern: string): Promise<readonly Source[]> {
  const paths = await Array.fromAsync(
    glob(pattern, { cwd: root, exclude: ['**/generated/**', '**/node_modules/**'] }),
  )
  return Promise.all(paths.map(async path => scan(path, await readFile(join(root, path), 'utf8'))))
}

function scan(path: string, text: string): Source {
  const code = withoutComments(text)
  const values = new Map<string, string[]>()
  for (const [to, value] of importedNames(withoutComments(stripTypeScriptTypes(text)))) {
    values.set(to, [...(values.get(to) ?? []), value])
  }
  const imports = [...code.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, to = '']) => ({
    from: path,
    to: to.startsWith('.') ? normalize(join(path, '..', to)) : to,
    values: values.get(to) ?? [],
  }))
  const names = code.replace(new RegExp(strings, 'g'), "''").match(/[a-zA-Z_$][\w$]*/g) ?? []
  return { path, lines: text.split('\n').length - 1, code, names, imports }
}

/** Each specifier with each name that is imported from it, of code without types. */
function importedNames(code: string): [specifier: string, name: string][] {
  const bare = code.matchAll(/\bimport\s*\(?\s*'([^']+)'/g)
  const named = code.matchAll(/\b(?:import|export)\s+([^'`;]*?)\s*\bfrom\s*'([^']+)'/g)
  return [
    ...[...bare].map(([, to = '']): [string, string] => [to, '*']),
    ...[...named].flatMap(([, what = '', to = '']) =>
      namesIn(what).map((name): [string, string] => [to, name]),
    ),
  ]
}

/** `{ a, b as c }` names a and b; anything else the whole module. */
function namesIn(what: string): string[] {
  const list = /^\{([^}]*)\}$/.exec(what)?.[1]
  if (list === undefined) return ['*']
  return list
    .split(',')
    .map(part => part.trim().split(/\s/)[0] ?? '')
    .filter(Boolean)
}

/** Strings are looked at so that a media type with slashes and asterisks is no comment. */
function withoutComments(text: string): string {
  const comments = /(?<=^|\s)\/\/.*$|\/\*[\s\S]*?\*\//
  const either = new RegExp(`(${strings.source})|${comments.source}`, 'gm')
  return text.replace(either, (_all, string: string | undefined) => string ?? '')
}
