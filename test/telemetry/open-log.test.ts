import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoTimes, openLog } from '../../src/telemetry/open-log.ts'

test('each line is JSON with its level by name, its time in UTC, its fields and its message', () => {
  const lines: string[] = []
  openLog('info', line => lines.push(line)).warn({ provider: 'zenovay' }, 'It took\nlong')
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain('\n')
  expect(JSON.parse(lines.join())).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    provider: 'zenovay',
    message: 'It took\nlong',
  })
})

test.each([
  ['error', ['error']],
  ['warn', ['error', 'warn']],
  ['info', ['error', 'warn', 'info']],
  ['silent', []],
] as const)('the level %s writes %j', (level, written) => {
  const lines: string[] = []
  const log = openLog(level, line => lines.push(JSON.parse(line).level))
  for (const each of ['error', 'warn', 'info'] as const) log[each]({}, 'a line')
  expect(lines).toEqual(written)
})

test('times are ISO 8601 in UTC, whatever was written before', () => {
  const moment = fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1.8e12, max: 1.8e12 + 3000 }))
  fc.assert(
    fc.property(fc.array(moment), moments => {
      const timeOf = isoTimes()
      expect(moments.map(timeOf)).toEqual(moments.map(one => new Date(one).toISOString()))
    }),
  )
})
