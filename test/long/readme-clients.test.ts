import { execFile } from 'node:child_process'
import { copyFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { startIsotherm } from '../../src/isotherm.ts'
import { installChromium, openChromium } from '../browser/chromium.ts'
import { serveHtml } from '../browser/html-page.ts'
import { emptyFolder } from '../support/child.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { blocks, pages } from '../support/docs.ts'

beforeAll(installChromium, installMilliseconds)

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const [fetching = ''] = blocks('js')
const [recipe = '', typed = ''] = blocks('ts', 'docs/clients.md')
const stores = [
  'Location:oxford-street Oxford Street',
  'Location:rue-de-rivoli Rue de Rivoli',
  'Location:fifth-avenue Fifth Avenue',
]

test('each of the clients is at most ten lines long', () => {
  for (const snippet of [fetching, recipe, typed]) {
    expect(snippet.trimEnd().split('\n').length).toBeLessThanOrEqual(10)
  }
})

test("the README's fetch runs as it stands", async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  await using folders = new AsyncDisposableStack()
  expect(await printed(await emptyFolder(folders), 'client.mjs', fetching, isotherm.origin)).toEqual(stores)
})

test("the README's fetch runs in a browser, from a page whose origin is listed", async () => {
  let origin = ''
  await using page = await serveHtml(
    () =>
      `<!doctype html><script type="module">${fetching.replace('http://127.0.0.1:4000', origin)}</script>`,
  )
  await using isotherm = await startIsotherm({ PORT: '0', ISOTHERM_CORS_ORIGINS: page.origin })
  origin = isotherm.origin
  await using visit = await openChromium()
  const told: string[] = []
  const all = visit.page.waitForEvent('console', message => told.push(message.text()) === stores.length)
  await visit.page.goto(page.origin)
  await all
  expect(told).toEqual(stores)
  expect(visit.complaints).toEqual([])
}, 120_000)

test("the guide's typed client is generated, fits its types and runs, by its text and by its id", async () => {
  await using folders = new AsyncDisposableStack()
  const folder = await emptyFolder(folders)
  await Promise.all([
    symlink(join(root, 'node_modules'), join(folder, 'node_modules')),
    copyFile(join(root, 'schema/schema.graphql'), join(folder, 'schema.graphql')),
    copyFile(join(root, 'schema/scalars.json'), join(folder, 'scalars.json')),
    writeFile(join(folder, 'package.json'), '{ "type": "module" }'),
    writeFile(join(folder, 'codegen.ts'), recipe),
    writeFile(join(folder, 'client.ts'), typed),
  ])
  await runBin(folder, 'graphql-codegen')
  const [, byId = ''] = /`(\{ documentId: [^`]+)`/.exec(pages.get('docs/clients.md') ?? '') ?? []
  const asking = typed.replace('{ query, variables }', byId)
  expect(asking).not.toBe(typed)
  await writeFile(join(folder, 'asking.ts'), asking)
  await runBin(folder, 'tsc', ...compilerOptions, 'codegen.ts', 'client.ts', 'asking.ts')

  await using isotherm = await startIsotherm({ PORT: '0' })
  expect(await printed(folder, 'client.ts', typed, isotherm.origin)).toEqual(stores)
  await using trusting = await startIsotherm({
    PORT: '0',
    ISOTHERM_DOCUMENTS: join(folder, 'gql/persisted-documents.json'),
    ISOTHERM_DOCUMENT_MODE: 'refuse',
  })
  expect(await printed(folder, 'asking.ts', asking, trusting.origin)).toEqual(stores)
}, 60_000)

const compilerOptions = [
  ...['--noEmit', '--strict', '--skipLibCheck', '--allowImportingTsExtensions', '--resolveJsonModule'],
  ...['--target', 'esnext', '--module', 'nodenext', '--types', 'node'],
]

/** What a snippet prints that asks the server at that origin, a line each. */
async function printed(
  folder: string,
  name: string,
  snippet: string,
  origin: string,
): Promise<readonly string[]> {
  await writeFile(join(folder, name), snippet.replace('http://127.0.0.1:4000', origin))
  const { stdout } = await run(process.execPath, [name], { cwd: folder })
  return stdout.trim().split('\n')
}

async function runBin(cwd: string, name: string, ...rest: readonly string[]): Promise<void> {
  await run(process.execPath, [join(root, 'node_modules/.bin', name), ...rest], { cwd })
}
