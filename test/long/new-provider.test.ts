import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { originOf, startNode } from '../support/child.ts'
import { askText } from '../support/client.ts'
import { copyProject, type ToyProject, toyEdits, toyFiles } from '../support/toy-project.ts'

test('CONTRIBUTING names the files that a provider adds and changes, and no more', async () => {
  const text = await readFile(join(import.meta.dirname, '../../CONTRIBUTING.md'), 'utf8')
  const row = (name: string) => {
    const [, cell = ''] = new RegExp(`^\\| ${name} \\|(.*)\\|$`, 'm').exec(text) ?? []
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path.replace('<provider>', 'toy'))
  }
  expect(row('new').toSorted()).toEqual(toyFiles.toSorted())
  expect(row('edited').toSorted()).toEqual(Object.keys(toyEdits).toSorted())
  expect(toyFiles.length).toBeLessThanOrEqual(6)
  expect(Object.keys(toyEdits).length).toBeLessThanOrEqual(4)
})

describe('a provider that is added like that', () => {
  let project: ToyProject

  beforeAll(async () => {
    project = await copyProject()
    for (const [path, edits] of Object.entries(toyEdits)) await project.edit(path, edits)
  }, minutes)

  afterAll(() => project[Symbol.asyncDispose]())

  test(
    'compiles',
    async () => {
      expect(await project.typeCheck()).toEqual([])
    },
    minutes,
  )

  test(
    'passes the conformance suite, and the tests of structure and of settings',
    async () => {
      const tests = ['providers/toy/client', 'structure', 'examples'].map(name => `test/${name}.test.ts`)
      const { succeeds, text } = await project.run('vitest/vitest.mjs', 'run', '--reporter=dot', ...tests)
      expect(succeeds, text).toBe(true)
      expect(text).toMatch(/Test Files +3 passed/)
    },
    minutes,
  )

  test('is served from its emulator', async () => {
    await using child = await start({ ISOTHERM_SANDBOX: 'toy' })
    const { data } = await askText<{ providers: readonly { name: string; status: string }[] }>(
      await originOf(child),
      '{ providers { name status } }',
    )
    const states = Object.fromEntries(
      data.providers.map(({ name, status }): [string, string] => [name, status]),
    )
    expect(states).toMatchObject({ toy: 'SANDBOX', zenovay: 'NOT_CONFIGURED' })
  })

  test('whose emulator does not configure it ends the start', async () => {
    const environment = ['TOY_KEY: key, TOY_URL: origin', 'TOY_URL: origin'] as const
    await project.edit('src/sandbox/toy.ts', [environment])
    await using _mended = {
      [Symbol.asyncDispose]: () => project.edit('src/sandbox/toy.ts', [[environment[1], environment[0]]]),
    }
    await using child = await start({ ISOTHERM_SANDBOX: 'toy,zenovay' })
    expect(await child.ended()).toBe(1)
    expect(child.stderr).toContain('ISOTHERM_SANDBOX: toy cannot be emulated.')
  })

  const start = (environment: Record<string, string>) =>
    startNode([join(project.folder, 'src/main.ts')], { PORT: '0', ...environment })
})

/** It starts compilers and test runs, which take their time on a busy machine. */
const minutes = 240_000
