import { expect, test } from 'vitest'
import { boundRepeats } from '../../src/telemetry/repeated-lines.ts'
import { recordLog } from '../support/recorded-log.ts'

const endless = { windowMilliseconds: 1_000_000 }

test('failures of one kind at one vendor are ten lines a second, and one that says how many more there were', () => {
  const { log, lines } = recordLog('info')
  const bounded = boundRepeats(log, endless)
  for (let number = 0; number < 1000; number++) {
    const fields = { provider: 'zenovay', code: 'UPSTREAM_TIMEOUT', requestId: `${number}` }
    bounded.warn(fields, `zenovay UPSTREAM_TIMEOUT, request ${number}`)
  }
  bounded.warn({ provider: 'posthog', code: 'UPSTREAM_TIMEOUT' }, 'posthog UPSTREAM_TIMEOUT')
  bounded[Symbol.dispose]()
  const written = lines.map(line => JSON.parse(line))
  expect(written.map(({ provider }) => provider)).toEqual([
    ...Array(10).fill('zenovay'),
    'posthog',
    'zenovay',
  ])
  expect(written.at(-1)).toEqual({
    level: 'warn',
    time: expect.any(String),
    provider: 'zenovay',
    code: 'UPSTREAM_TIMEOUT',
    leftOut: 990,
    message: '990 more within a second: zenovay UPSTREAM_TIMEOUT',
  })
})

test('failures of one account leave out no line of another', () => {
  const { log, lines } = recordLog('info')
  const bounded = boundRepeats(log, { ...endless, most: 2 })
  for (const account of ['one', 'one', 'one', 'two', 'two', 'two', 'two'])
    bounded.warn({ provider: 'zenovay', code: 'UPSTREAM_TIMEOUT', account }, 'zenovay UPSTREAM_TIMEOUT')
  bounded[Symbol.dispose]()
  const written = lines.map(line => JSON.parse(line))
  expect(written.map(({ account, leftOut }) => [account, leftOut])).toEqual([
    ...['one', 'one', 'two', 'two'].map(account => [account, undefined]),
    ['one', 1],
    ['two', 2],
  ])
})

test('other lines of one account leave out none of another, either', () => {
  const { log, lines } = recordLog('info')
  const bounded = boundRepeats(log, { ...endless, most: 1 })
  for (const account of ['one', 'one', 'two'])
    bounded.warn({ provider: 'zenovay', account }, 'zenovay: the breaker is open')
  bounded[Symbol.dispose]()
  const written = lines.map(line => JSON.parse(line))
  expect(written.map(({ account, leftOut }) => [account, leftOut])).toEqual([
    ['one', undefined],
    ['two', undefined],
    ['one', 1],
  ])
})

test('other lines alike are those that say the same, and requests are never left out', () => {
  const { log, messages } = recordLog('info')
  const bounded = boundRepeats(log, { ...endless, most: 2 })
  for (let time = 0; time < 5; time++) {
    bounded.error({}, 'one')
    bounded.error({}, `other ${time}`)
    bounded.info({}, 'GET image 200')
  }
  bounded[Symbol.dispose]()
  expect(messages.filter(message => message === 'one')).toHaveLength(2)
  expect(messages.filter(message => message.startsWith('other'))).toHaveLength(5)
  expect(messages.filter(message => message === 'GET image 200')).toHaveLength(5)
  expect(messages.at(-1)).toBe('3 more within a second: one')
})

test('lines of ever new words are bounded together', () => {
  const { log, messages } = recordLog('info')
  const bounded = boundRepeats(log, endless)
  for (let number = 0; number < 5000; number++) bounded.error({}, `new ${number}`)
  bounded[Symbol.dispose]()
  expect(messages).toHaveLength(111)
  expect(messages.at(-1)).toBe('4890 more within a second: others')
})

test('the next window begins anew, and its end needs no further line', async () => {
  const { log, messages } = recordLog('info')
  const bounded = boundRepeats(log, { most: 1, windowMilliseconds: 1 })
  bounded.error({}, 'one')
  bounded.error({}, 'one')
  await expect.poll(() => messages).toEqual(['one', '1 more within a second: one'])
  bounded.error({}, 'one')
  expect(messages).toHaveLength(3)
  bounded[Symbol.dispose]()
})
