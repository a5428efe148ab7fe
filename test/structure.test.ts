import { expect, test } from 'vitest'
import { providerNames } from '../src/upstream/error.ts'
import { rooms } from './support/rooms.ts'
import { importsOf, isOurs, readFiles, type Source, scan } from './support/source-files.ts'

const files = [...(await readFiles('{src,schema,test}/**/*.ts')), ...(await readFiles('src/page/*.js'))]
const sources = files.filter(({ path }) => !path.startsWith('test/'))

/** What the graph may take from the machinery at run time, beside it how pages are spelled; all else are types. */
const valuesForTheGraph = [
  'anyone of src/access/caller.ts',
  'Forbidden of src/access/forbidden.ts',
  'scopes of src/access/scopes.ts',
  'BadInput of src/upstream/bad-input.ts',
  'addressOf of src/upstream/page-path.ts',
  'spelledPath of src/upstream/page-path.ts',
  'isUuid of src/upstream/uuid.ts',
  'fitsRoute of src/upstream/vendor-id.ts',
  'isDots of src/upstream/vendor-id.ts',
  'isVendorId of src/upstream/vendor-id.ts',
  'asError of src/upstream/error.ts',
  'providerNames of src/upstream/error.ts',
  'spatialHeatmapTypes of src/providers/aura-vision/wire.ts',
  'maximumWidth of src/images/references.ts',
  'opacities of src/images/references.ts',
  'palettes of src/images/references.ts',
  'locationMetrics of src/providers/analytiks/records.ts',
  'pointOfInterestMetrics of src/providers/analytiks/records.ts',
]

test('there is something to look at', () => {
  for (const name of providerNames) {
    const parts = ['provider.ts', 'wire.ts', 'client.ts', 'loaders.ts'].map(
      part => `src/providers/${name}/${part}`,
    )
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
  // Its descriptor names its emulator, which is imported when it is started.
  const emulator = { from: `${own}provider.ts`, to: `src/sandbox/${name}.ts`, values: ['*'] }
  expect(strangers.filter(({ to }) => !to.startsWith('src/upstream/'))).toEqual([emulator])
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
    /^src\/((access\/(caller|forbidden|scopes)|account|catalog\/catalog|context|images\/references|seal)|upstream\/[\w-]+|providers\/[\w-]+\/(wire|records|client|loaders|series|traffic-question))\.ts$/
  expect(taken.filter(({ to }) => !places.test(to))).toEqual([])
})

test('only the process and the server import the graph', () => {
  const importers = importsOf(sources, 'src/').filter(({ to }) => to.startsWith('schema/'))
  expect(importers.length).toBeGreaterThan(0)
  expect(importers.filter(({ from }) => !/^src\/(main|server\/([\w-]+\/)?[\w-]+)\.ts$/.test(from))).toEqual(
    [],
  )
})

test('the sandbox imports neither a provider nor the graph: client and emulator must not share a mistake', () => {
  const imports = importsOf(sources, 'src/sandbox/')
  expect(imports.length).toBeGreaterThan(20)
  expect(imports.filter(({ to }) => /^(src\/providers|schema\/)/.test(to))).toEqual([])
})

test('the sandbox is imported when it is started, emulators by their descriptors only: production never loads it', () => {
  const importers = sources.filter(({ path }) => !path.startsWith('src/sandbox/'))
  const imports = importsOf(importers, '').filter(({ to }) => to.startsWith('src/sandbox/'))
  expect(imports.map(({ from, to }) => `${from} imports ${to}`).sort()).toEqual(
    [
      ...providerNames.map(name => `src/providers/${name}/provider.ts imports src/sandbox/${name}.ts`),
      'src/setup.ts imports src/sandbox/catalog.ts',
    ].sort(),
  )
  for (const { from } of imports) {
    const [named, ...others] = importers.find(({ path }) => path === from)?.code.match(toSandbox) ?? []
    expect(named, from).toMatch(/^ {2,}.*\bawait import\($/)
    expect(others, from).toEqual([])
  }
})

/** A line up to the name of a file of the sandbox. */
const toSandbox = /^.*(?='[./]+\/sandbox\/)/gm

test('no error is quoted as it is: a parser or a socket may quote a body, a URL or a key', () => {
  const quoted = /\$\{error\}|\bString\(error\)/
  const outside = sources.filter(({ path }) => !path.startsWith('src/sandbox/'))
  expect(outside.filter(({ code }) => quoted.test(code)).map(({ path }) => path)).toEqual([])
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
  // Options of a library.
  const csv = ['record_delimiter', 'escape_formulas', 'quoted_match']
  const schema = ['num_children', 'repetition_type', 'converted_type', 'logical_type']
  const parquet = [...schema, 'row_groups', 'meta_data', 'path_in_schema', 'encoding_stats']
  const found = sources
    .filter(({ path }) => !places.test(path))
    .flatMap(({ path, names }) =>
      names
        .filter(name => /^[a-z]\w*_\w/.test(name))
        .filter(name => path !== 'src/upstream/http/oauth-token.ts' || !grant.includes(name))
        .filter(name => path !== 'src/export/text-formats.ts' || !csv.includes(name))
        .filter(name => path !== 'src/export/parquet-format.ts' || !parquet.includes(name))
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
    .filter(path => /(^|[/-])(utils?|helpers?|types?|managers?|services?|index)(\.test)?\.[jt]s$/.test(path))
  expect(named).toEqual(['schema/index.ts'])
})

/** Words that the field's own replaced (ARCHITECTURE.md has the vocabulary); `inFlight` and `retryBudget` are the field's. */
const retired = ['asker', 'budget', 'flight', 'gathering', 'law', 'ledger', 'lifted', 'told', 'topic']

test('no name in the code is a retired word', () => {
  const found = sources.flatMap(({ path, names }) =>
    [path, ...new Set(names)].flatMap(name => retiredIn(name).map(word => `${word} in ${name} of ${path}`)),
  )
  expect(found).toEqual([])
})

test('a retired word is found in names of every form', () => {
  expect(['sharedLedgers', 'src/budget/shared-flights.ts', 'TOPIC_NAME', 'Asker'].flatMap(retiredIn)).toEqual(
    ['ledger', 'budget', 'flight', 'topic', 'asker'],
  )
  expect(
    ['inFlight', 'InFlightQuestion', 'in-flight.ts', 'retryBudget', 'claws', 'lawn'].flatMap(retiredIn),
  ).toEqual([])
})

test('no file hands on what another one exports', () => {
  expect(sources.filter(({ code }) => /^export\b[^'`]*\bfrom '/m.test(code)).map(({ path }) => path)).toEqual(
    [],
  )
})

test('no file imports itself through others, types included', () => {
  expect(circlesOf(sources)).toEqual([])
})

test('a circle is found', () => {
  const files = [
    scan('src/a.ts', "import './b.ts'"),
    scan('src/b.ts', "import type { C } from './c.ts'"),
    scan('src/c.ts', "import './a.ts'\nimport './d.ts'"),
    scan('src/d.ts', ''),
  ]
  expect(circlesOf(files)).toEqual([['src/a.ts', 'src/b.ts', 'src/c.ts']])
})

test('a room imports only from those in its table', () => {
  const strangers = importsOf(sources, '').filter(({ from, to }) => {
    const [room, other] = [roomOf(from), roomOf(to)]
    return room !== 'src' && isOurs(to) && other !== room && !rooms[room]?.includes(other)
  })
  expect(strangers.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
})

/** The retired words of a name, in the singular. */
function retiredIn(name: string): readonly string[] {
  const words = name
    .replaceAll(/in-?flight|retry[-_]?budget/gi, '')
    .split(/(?<=[a-z\d])(?=[A-Z])|[^a-zA-Z\d]/)
    .map(word => word.toLowerCase().replace(/s$/, ''))
  return retired.filter(word => words.includes(word))
}

function roomOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

/** Each group of files that reach each other, in order of names. */
function circlesOf(files: readonly Source[]): string[][] {
  const imports = new Map(files.map(({ path, imports }) => [path, imports.map(({ to }) => to)]))
  const reached = new Map([...imports.keys()].map(path => [path, reach(path, imports)]))
  const inCircles = [...imports.keys()].filter(path => reached.get(path)?.has(path)).sort()
  const circles = inCircles.map(path =>
    inCircles.filter(other => reached.get(path)?.has(other) && reached.get(other)?.has(path)),
  )
  return [...new Map(circles.map(circle => [circle.join(), circle])).values()]
}

/** Every file that one comes to by its imports. */
function reach(path: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>()
  const left = [path]
  for (let from = left.pop(); from !== undefined; from = left.pop()) {
    for (const to of imports.get(from) ?? []) {
      if (reached.has(to)) continue
      reached.add(to)
      left.push(to)
    }
  }
  return reached
}
