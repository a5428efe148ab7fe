import { access, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { pages } from './support/docs.ts'

const page = pages.get('docs/performance.md') ?? ''

test('every section of the bench that the page of performance names exists', async () => {
  const bench = await readFile('test/bench/bench.ts', 'utf8')
  const sections = [...bench.matchAll(/^ {2}(\w+): section\(/gm)].map(([, name]) => name)
  const named = [...page.matchAll(/npm run bench --((?: [a-z]+)+)/g)].flatMap(([, names = '']) =>
    names.trim().split(' '),
  )
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter(name => !sections.includes(name))).toEqual([])
})

test('every file that it names exists', async () => {
  const named = [...page.matchAll(/`((?:src|test)\/[^`]*)`/g)].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(2)
  for (const path of named) await expect(access(path), path).resolves.toBeUndefined()
})
