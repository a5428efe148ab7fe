import { expect, test } from 'vitest'
import { z } from 'zod'
import { readYaml } from '../../src/config/yaml-file.ts'

const form = z.looseObject({})

test.each([
  ['two documents', 'a: b\n---\nc: d\n', 'file:2: a second document begins here, and the file must be one'],
  ['20,000 lists', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`, 'file:1: the file is nested too deep'],
  ['a word after an object', 'a: b\n} planted-secret\n', 'file:2: Unexpected scalar token in YAML stream'],
  [
    'a word in the head of a text',
    'a: |planted-secret\n  b\n',
    'file:1: Block scalar header includes extra characters',
  ],
  ['a tag', 'a: !k!planted-secret b\n', 'file:1: Could not resolve tag'],
  ['a directive', '%YAML planted-secret\n---\na: b\n', 'file:1: a directive that cannot be read'],
])('what is wrong with %s is told in a sentence that quotes nothing of the file', (_what, text, problem) => {
  const read = readYaml(text, 'file', form)
  const problems = 'problems' in read ? read.problems : []
  expect(problems).toContain(problem)
  expect(problems.join()).not.toContain('planted-secret')
})
