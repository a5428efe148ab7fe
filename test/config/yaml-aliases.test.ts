import { expect, test } from 'vitest'
import { readAccessFile } from '../../src/access/access-file.ts'
import { readCatalog } from '../../src/catalog/file.ts'

/** An access file of so many callers, the first of which holds the anchors of the others. */
function fileOf(count: number, anchored: string, repeated: string): string {
  const callers = Array.from(
    { length: count },
    (_, index) => `  - { id: c${index}, ${index === 0 ? anchored : repeated} }`,
  )
  return ['accounts: [{ id: a }]', 'callers:', ...callers].join('\n')
}

function problemsOf(text: string): readonly string[] {
  const read = readAccessFile(text, 'access.yaml')
  return 'problems' in read ? read.problems : []
}

test('ten thousand callers may share their accounts, scopes and limits', () => {
  const text = fileOf(
    10_000,
    'accounts: &accounts [a], scopes: &scopes [explore, traffic:read], limits: &limits { costPerMinute: 5 }',
    'accounts: *accounts, scopes: *scopes, limits: *limits',
  )
  const read = readAccessFile(text, 'access.yaml')
  const { callers = [] } = 'value' in read ? read.value : {}
  expect(callers).toHaveLength(10_000)
  const [first, ...others] = callers.map(({ id: _, ...members }) => JSON.stringify(members))
  expect(new Set(others)).toEqual(new Set([first]))
})

test('ten thousand stores may share a time zone', () => {
  const stores = Array.from(
    { length: 10_000 },
    (_, index) => `  - { id: s${index}, name: S, timeZone: ${index === 0 ? '&tz Europe/London' : '*tz'} }`,
  )
  const read = readCatalog(['locations:', ...stores].join('\n'), 'catalog.yaml')
  const { locations = [] } = 'catalog' in read ? read.catalog : {}
  expect(locations).toHaveLength(10_000)
  expect(new Set(locations.map(({ timeZone }) => timeZone))).toEqual(new Set(['Europe/London']))
})

test('an anchor counts from where it stands until its name is taken again', () => {
  const text = `
accounts: [{ id: &x a }, { id: &x b }]
callers:
  - { id: one, accounts: [*x] }
  - { id: &x two, accounts: &y [*x] }
  - { id: three, accounts: *y }`
  expect(problemsOf(text)).toEqual([
    'access.yaml:5: callers.two.accounts.0: is no account of this file',
    'access.yaml:6: callers.three.accounts.0: is no account of this file',
  ])
})

test('a billion laughs are one sentence, and take neither time nor memory', () => {
  const text = ['l0: &l0 lol', ...Array.from({ length: 30 }, (_, index) => laughs(index))].join('\n')
  const before = process.memoryUsage().heapUsed
  const began = performance.now()
  expect(problemsOf(text)).toEqual([
    'access.yaml:7: with *l5 the aliases of this file repeat more than 1000000 values',
  ])
  expect(performance.now() - began).toBeLessThan(1000)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(32 * 1024 ** 2)
})

test('one long list that many share is no less', () => {
  const list = Array.from({ length: 2000 }, () => 'a').join(', ')
  expect(problemsOf(fileOf(2000, `accounts: &a [${list}]`, 'accounts: *a'))).toEqual([
    'access.yaml:503: with *a the aliases of this file repeat more than 1000000 values',
  ])
})

test('an alias within its own anchor is a sentence', () => {
  expect(problemsOf('accounts: &a [{ id: a, x: *a }]')).toEqual([
    'access.yaml:1: *a stands within what it repeats',
  ])
})

function laughs(index: number): string {
  return `l${index + 1}: &l${index + 1} [${Array.from({ length: 10 }, () => `*l${index}`).join(', ')}]`
}
