import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAccessFile } from '../../src/access/access-file.ts'
import { isKey, listKeys, mintKey } from '../../src/access/keys.ts'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

test('a key is iso_, 30 random digits of base 62, and the CRC32 of all before in 6 more', () => {
  const { key, line } = mintKey()
  expect(key).toMatch(/^iso_[\dA-Za-z]{36}$/)
  const check = [...key.slice(-6)].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0)
  expect(check).toBe(crc32(key.slice(0, -6)))
  expect(line).toBe(`sha256:${createHash('sha256').update(key).digest('hex')}`)
})

test('keys differ, and use every digit about equally', () => {
  const keys = Array.from({ length: 2000 }, () => mintKey().key)
  expect(new Set(keys).size).toBe(2000)
  const counts = new Map<string, number>()
  for (const key of keys)
    for (const digit of key.slice(4, 34)) counts.set(digit, (counts.get(digit) ?? 0) + 1)
  // 968 each; eight standard deviations are 248.
  for (const digit of digits) expect(Math.abs((counts.get(digit) ?? 0) - 60_000 / 62)).toBeLessThan(248)
})

test('a typo is told without a look-up', () => {
  const { key } = mintKey()
  expect(isKey(key)).toBe(true)
  fc.assert(
    fc.property(fc.nat(key.length - 1), fc.constantFrom(...digits, '-', ' ', 'é'), (place, digit) => {
      fc.pre(key[place] !== digit)
      expect(isKey(`${key.slice(0, place)}${digit}${key.slice(place + 1)}`)).toBe(false)
    }),
  )
  for (const wrong of ['', 'iso_', key.slice(0, -1), `${key}0`, ` ${key}`, key.toUpperCase()])
    expect(isKey(wrong)).toBe(false)
})

test('the list of keys says whose they are and which have expired, and no more of a hash than finds its line', () => {
  const [first, second] = [mintKey().line, mintKey().line]
  const read = readAccessFile(
    `accounts: [{ id: a }]
callers:
  - { id: one, keys: [${first}, ${second}], accounts: [a], scopes: [explore], expires: 2027-01-01 }
  - { id: none, accounts: [a] }`,
    'a.yaml',
  )
  if ('problems' in read) throw new Error(read.problems.join('\n'))
  const row = { caller: 'one', accounts: ['a'], scopes: ['explore'], expires: new Date('2027-01-01') }
  const at = (now: string) => listKeys(read.value, Date.parse(now))
  expect(at('2026-12-31T23:59:59Z')).toEqual(
    [first, second].map(line => ({ ...row, hash: `${line.slice(0, 19)}…`, isExpired: false })),
  )
  expect(at('2027-01-01T00:00:00Z').map(({ isExpired }) => isExpired)).toEqual([true, true])
})
