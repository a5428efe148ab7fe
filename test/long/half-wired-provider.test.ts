import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { copyProject, toyEdits } from '../support/toy-project.ts'

const parts = [
  'name',
  'variables',
  'settings',
  'account',
  'version',
  'connect',
  'sources',
  'loaders',
  'emulator',
] as const

test('a provider that is named but not listed, and a descriptor without one of its parts, do not compile', async () => {
  await using project = await copyProject()
  await project.edit('src/upstream/error.ts', toyEdits['src/upstream/error.ts'])
  const descriptors = parts.map(part => `{ const { ${part}: _, ...rest } = toy; rest satisfies ToyProvider }`)
  const lines = ["import { type ToyProvider, toy } from './provider.ts'", ...descriptors]
  await writeFile(join(project.folder, 'src/providers/toy/half-wired.ts'), lines.join('\n'))

  const errors = await project.typeCheck()
  const expected = parts.map((part, index) => [
    `src/providers/toy/half-wired.ts(${index + 2},`,
    `Property '${part}' is missing`,
  ])
  for (const [place = '', message = ''] of [...expected, ['src/providers.ts(', "Property 'toy' is missing"]])
    expect(errors.find(error => error.startsWith(place)) ?? errors, place).toContain(message)
})
