import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startProgram } from '../support/child.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

/** Runs a line of the shell in which `"$@"` is Isotherm, until it has ended. */
async function runInShell(line: string, environment = {}) {
  await using child = await startProgram(
    'bash',
    ['--norc', '-c', line, 'bash', process.execPath, main],
    environment,
  )
  return { code: await child.ended(), stdout: child.stdout, stderr: child.stderr }
}

test('whoever closes the pipe after a line changes neither the exit code nor says an error', async () => {
  const first = await runInShell('"$@" doctor | head -1; exit $PIPESTATUS', { ISOTHERM_SANDBOX: 'on' })
  expect(first).toEqual({ code: 0, stdout: expect.stringMatching(/^Isotherm .*\n$/), stderr: '' })
  const refused = await runInShell('"$@" doctor --json | true; exit $PIPESTATUS', { PORT: 'high' })
  expect(refused).toEqual({ code: 2, stdout: '', stderr: '' })
  const created = await runInShell('"$@" keys create dashboard 2>&1 | true; exit $PIPESTATUS')
  expect(created).toEqual({ code: 0, stdout: '', stderr: '' })
})

test.each(['doctor --json', 'keys create dashboard', '--help'])(
  'what a full disk cannot take is a sentence and 2: %s',
  async words => {
    const { code, stderr } = await runInShell(`"$@" ${words} > /dev/full`, { ISOTHERM_SANDBOX: 'on' })
    expect(code).toBe(2)
    expect(stderr.split('\n').filter(line => !/^The first line is the key/.test(line))).toEqual([
      'Standard output cannot be written (ENOSPC).',
      '',
    ])
  },
)
