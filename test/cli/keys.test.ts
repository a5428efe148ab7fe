import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isKey } from '../../src/access/keys.ts'
import { type Child, emptyFolder, startNode } from '../support/child.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

test('a new key is printed with the line of its hash, and nothing else; nothing is needed for it', async () => {
  await using child = await startNode([main, 'keys', 'create', 'dashboard'], { PORT: 'high' })
  expect(await child.ended()).toBe(0)
  const [key = '', line, ...rest] = child.stdout.trimEnd().split('\n')
  expect(isKey(key)).toBe(true)
  expect(line).toBe(`sha256:${createHash('sha256').update(key).digest('hex')}`)
  expect(rest).toEqual([])
  expect(child.stderr).toContain('the key of dashboard')
  expect(child.stderr).not.toContain(key)
})

test.each([
  ['a b', /^The id of a caller must begin with a letter or digit, /],
  ['anonymous', /^The id of a caller must not be anonymous or anyone, /],
  ['anyone', /^The id of a caller must not be anonymous or anyone, /],
])('an id that no caller can have is refused: %s', async (id, sentence) => {
  await using child = await startNode([main, 'keys', 'create', id])
  expect([await child.ended(), child.stdout]).toEqual([2, ''])
  expect(child.stderr).toMatch(sentence)
})

test('the keys of the access file are listed with their callers, without a whole hash', async () => {
  const hash = createHash('sha256').update('made up').digest('hex')
  const child = await list(`
accounts: [{ id: acme }]
callers:
  - { id: dashboard, keys: ["sha256:${hash}"], accounts: [acme], scopes: [traffic:read, explore], expires: 2020-01-01 }
  - { id: nightly, keys: ["sha256:${'0'.repeat(64)}"], accounts: [acme] }
`)
  expect(await child.ended()).toBe(0)
  expect(
    child.stdout
      .trimEnd()
      .split('\n')
      .map(row => row.split(/ {2,}/)),
  ).toEqual([
    ['caller', 'key', 'accounts', 'expires', 'scopes'],
    [
      'dashboard',
      `sha256:${hash.slice(0, 12)}…`,
      'acme',
      '2020-01-01T00:00:00.000Z (expired)',
      'traffic:read,explore',
    ],
    ['nightly', 'sha256:000000000000…', 'acme', 'never', 'none'],
  ])
})

test('without a file that can be read it says why, and ends with 2', async () => {
  await using missing = await startNode([main, 'keys', 'list'])
  await using gone = await startNode([main, 'keys', 'list'], { ISOTHERM_ACCESS: '/nowhere/access.yaml' })
  const wrong = await list('callers: [{ id: a }]')
  expect([await missing.ended(), await gone.ended(), await wrong.ended()]).toEqual([2, 2, 2])
  expect(missing.stderr).toBe('ISOTHERM_ACCESS names no access file.\n')
  expect(gone.stderr).toBe('/nowhere/access.yaml: the access file cannot be read (ENOENT)\n')
  expect(wrong.stderr).toMatch(/access\.yaml:\d+: /)
  expect(missing.stdout + gone.stdout + wrong.stdout).toBe('')
})

/** Runs `keys list` on an access file with this text until it has ended. */
async function list(text: string): Promise<Pick<Child, 'stdout' | 'stderr' | 'ended'>> {
  await using resources = new AsyncDisposableStack()
  const file = join(await emptyFolder(resources), 'access.yaml')
  await writeFile(file, text)
  await using child = await startNode([main, 'keys', 'list'], { ISOTHERM_ACCESS: file })
  const code = await child.ended()
  const { stdout, stderr } = child
  return { stdout, stderr, ended: async () => code }
}
