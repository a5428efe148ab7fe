import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { thirdPartyPage } from '../third-party.ts'

const root = join(import.meta.dirname, '..')
const packing = z.array(z.object({ files: z.array(z.object({ path: z.string() })) }))

let packed: readonly string[] = []
beforeAll(async () => {
  const words = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const { stdout } = await promisify(execFile)('npm', words, { cwd: root, maxBuffer: 16 * 1024 ** 2 })
  const told: unknown = JSON.parse(stdout)
  const list = Array.isArray(told) ? told : Object.values(z.record(z.string(), z.unknown()).parse(told))
  packed = packing.parse(list).flatMap(({ files }) => files.map(({ path }) => path))
})

test('every link of its pages leads to something in the package', async () => {
  const pages = packed.filter(path => path.endsWith('.md'))
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/operating.md', 'THIRD-PARTY.md']))
  const broken = await Promise.all(
    pages.map(async page => {
      const text = await readFile(join(root, page), 'utf8')
      const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)#?[^)]*\)/g)].map(([, path = '']) => path)
      const targets = links.filter(Boolean).map(path => join(dirname(page), path))
      const isPacked = (target: string) =>
        packed.some(path => path === target || path.startsWith(`${target}/`))
      return targets.filter(target => !isPacked(target)).map(target => `${page}: ${target}`)
    }),
  )
  expect(broken.flat()).toEqual([])
})

test('it holds what the commands of its README start, and neither tests nor settings of a machine', () => {
  expect(packed).toEqual(
    expect.arrayContaining([
      'src/main.ts',
      'src/sandbox-main.ts',
      'examples/supergraph/start.ts',
      'examples/grafana/dashboard.json',
      '.env.example',
      'LICENSE',
    ]),
  )
  expect(packed.filter(path => /\.test\.ts$|(^|\/)\.env$|node_modules/.test(path))).toEqual([])
})

test('the page of third-party packages is what the lockfile tells; npm run third-party writes it', async () => {
  expect(await readFile(join(root, 'THIRD-PARTY.md'), 'utf8')).toBe(await thirdPartyPage())
})

test('each package that it depends on is on that page, with a licence', async () => {
  const page = await thirdPartyPage()
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  const listed = [...page.matchAll(/^\| (\S.*?) \| (.*) \|$/gm)].flatMap(([, , names = '']) =>
    names.split(', '),
  )
  expect(Object.keys(dependencies).filter(name => !listed.includes(name))).toEqual([])
})
