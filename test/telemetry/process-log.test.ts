import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

/** The lines that a process writes to its log and leaves. */
async function linesOf(script: string) {
  const start = `const { openProcessLog } = await import('./src/telemetry/process-log.ts')
    const log = await openProcessLog('info')\n`
  const { stderr } = await run(process.execPath, ['--input-type=module', '-e', start + script])
  return stderr
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
}

test.each([
  ['is closed', 'await log[Symbol.asyncDispose]()'],
  ['exits at once', 'process.exit(0)'],
])('lines stand in the order of what they tell, when a process %s too', async (_, end) => {
  const lines = await linesOf(`log.info({}, 'one'); log.warn({}, 'two'); log.info({}, 'three'); ${end}`)
  expect(lines.map(({ message }) => message)).toEqual(['one', 'two', 'three'])
})

test('a line has the time of what it tells, though it is written later', async () => {
  const lines = await linesOf(`const before = Date.now()
    log.info({ before }, 'first')
    while (Date.now() < before + 50);
    log.warn({}, 'second')
    process.exit(0)`)
  const [first, second] = lines.map(({ time }) => Date.parse(time))
  expect(first).toBeLessThan(Number(second) - 40)
  expect(Math.abs(Number(first) - lines[0].before)).toBeLessThan(40)
})
