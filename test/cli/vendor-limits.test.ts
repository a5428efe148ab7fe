import { expect, test } from 'vitest'
import { examine } from '../../src/cli/doctor/doctor.ts'
import type { Reply } from '../../src/sandbox/emulator.ts'
import { startSandbox } from '../../src/sandbox.ts'

/** What the doctor says of a vendor that gives this answer. */
async function told(name: 'zenovay' | 'datadog', answer: Reply): Promise<string> {
  await using sandbox = await startSandbox()
  const { environment, journal } = sandbox[name]
  journal.script({ answer })
  let text = ''
  const print = (part: string) => {
    text += part
  }
  expect(await examine(false, { environment, inherited: new Set(), sandboxByDefault: true, print })).toBe(1)
  return text
}

test('a vendor whose month is used up is told with the limit and with when it ends', async () => {
  const text = await told('zenovay', {
    status: 429,
    headers: { 'x-usage-monthly': '10000', 'x-usage-limit': '10000', 'retry-after': '86400' },
    body: { success: false, error: { message: 'Used up.', code: 'MONTHLY_LIMIT_EXCEEDED' } },
  })
  expect(text).toMatch(
    /failed +zenovay +The quota of zenovay is used up\. It can be asked again from \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ on\./,
  )
  expect(text).toContain(
    'Its limits: 30 calls a minute and 10000 a month (ZENOVAY_PLAN=pro). 0 calls are left.',
  )
})

test('a vendor that was asked too often is told so, with when it may be asked again', async () => {
  const before = Date.now()
  const text = await told('datadog', {
    status: 429,
    headers: {
      'x-ratelimit-limit': '10',
      'x-ratelimit-period': '60',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '37',
    },
    body: { errors: ['Rate limit of requests exceeded'] },
  })
  const [, end = ''] = /datadog was asked too often\. It can be asked again from (\S+) on\./.exec(text) ?? []
  expect(Date.parse(end)).toBeGreaterThanOrEqual(before + 36_000)
  expect(Date.parse(end)).toBeLessThanOrEqual(Date.now() + 37_000)
  expect(text).toContain('Its limits: those of its headers, for each operation. 0 calls are left.')
})
