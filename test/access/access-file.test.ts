import { expect, test } from 'vitest'
import { readAccessFile } from '../../src/access/access-file.ts'

const [first, second] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`]

const whole = `
accounts:
  - id: acme
    catalog: acme.yaml
    variables: ACME_
    documents: acme.json
  - id: other
callers:
  - id: dashboard
    keys: [${first}, ${second.toUpperCase().replace('SHA', 'sha')}]
    accounts: [acme]
    scopes: [traffic:read, explore]
    expires: 2027-01-01
    limits: { requestsPerMinute: 600, costPerMinute: 500000, upstreamCallsPerHour: { zenovay: 200 } }
  - id: robot
    keys:
    accounts: [acme, other]
    scopes: []
issuers:
  - issuer: https://login.example.com/
    audience: isotherm
    jwks: https://login.example.com/jwks
    algorithms: [RS256, ES256]
    scopesClaim: scope
    accountsClaim: my_accounts
`

test('an access file says which accounts there are and who may use them', () => {
  expect(readAccessFile(whole, 'access.yaml')).toEqual({
    value: {
      accounts: [
        { id: 'acme', catalog: 'acme.yaml', variables: 'ACME_', documents: 'acme.json' },
        { id: 'other' },
      ],
      callers: [
        {
          id: 'dashboard',
          keys: [first, second],
          accounts: ['acme'],
          scopes: ['traffic:read', 'explore'],
          expires: Date.UTC(2027, 0, 1),
          limits: {
            requestsPerMinute: 600,
            costPerMinute: 500_000,
            upstreamCallsPerHour: { zenovay: 200 },
          },
        },
        { id: 'robot', keys: [], accounts: ['acme', 'other'], scopes: [] },
      ],
      issuers: [
        {
          issuer: 'https://login.example.com/',
          audience: 'isotherm',
          jwks: 'https://login.example.com/jwks',
          algorithms: ['RS256', 'ES256'],
          scopesClaim: 'scope',
          accountsClaim: 'my_accounts',
        },
      ],
    },
  })
})

test('only accounts are needed; with neither callers nor issuers nobody may enter', () => {
  expect(readAccessFile('accounts: [{ id: one }]', 'a.yaml')).toEqual({
    value: { accounts: [{ id: 'one' }], callers: [], issuers: [] },
  })
})

test('what has nothing below it is not there', () => {
  const members = 'id: c, accounts: [a], keys: , scopes: , limits: '
  const read = readAccessFile(`${caller(members)}\nissuers:`, 'a.yaml')
  expect(read).toEqual(readAccessFile(caller('id: c, accounts: [a]'), 'a.yaml'))
  const calls = readAccessFile(caller('id: c, accounts: [a], limits: { upstreamCallsPerHour: }'), 'a.yaml')
  expect(calls).toMatchObject({ value: { callers: [{ id: 'c', limits: {} }] } })
})

test.each([
  ['', '1: accounts: must be a list of accounts'],
  ['accounts: []', '1: accounts: must name an account'],
  ['accounts: [{ id: a }]\nguests: []', '2: guests: is not a key that is known here'],
  ['accounts: [{ id: a, colour: red }]', '1: accounts.a.colour: is not a key that is known here'],
  [
    'accounts: [{ id: a b }]',
    '1: accounts.a b.id: must begin with a letter or digit, and hold only those, dots, dashes and underscores',
  ],
  [
    'accounts: [{ id: _a }]',
    '1: accounts._a.id: must begin with a letter or digit, and hold only those, dots, dashes and underscores',
  ],
  ['accounts: [{ id: a }, { id: a }]', '1: accounts.a.id: is the same account as one before'],
  [
    'accounts: [{ id: a, variables: A-B }]',
    '1: accounts.a.variables: must be the beginning of names of variables, such as ACME_',
  ],
  [caller('id: c, accounts: [b], scopes: []'), '2: callers.c.accounts.0: is no account of this file'],
  [
    caller('id: anyone, accounts: [a]'),
    '2: callers.anyone.id: must not be anonymous or anyone, which stand for whoever shows no key',
  ],
  [
    caller('id: anonymous, accounts: [a]'),
    '2: callers.anonymous.id: must not be anonymous or anyone, which stand for whoever shows no key',
  ],
  [caller('id: c, accounts: [], scopes: []'), '2: callers.c.accounts: must name an account'],
  [
    caller('id: c, accounts: [a] }, { id: c, accounts: [a]'),
    '2: callers.c.id: is the same caller as one before',
  ],
  [
    caller('id: c, accounts: [a], scopes: [everything]'),
    '2: callers.c.scopes.0: must be one of traffic:read, heatmaps:read, pages:read, snapshots:read, snapshots:write, people:read, explore',
  ],
  [
    caller('id: c, accounts: [a], keys: [secret]'),
    '2: callers.c.keys.0: must be sha256: and 64 hexadecimal digits, as isotherm keys create prints it',
  ],
  [
    caller(`id: c, accounts: [a], keys: [${first}, ${first.replace('aa', 'AA')}]`),
    '2: callers.c.keys.1: is the same key as one before',
  ],
  [
    caller(`id: c, accounts: [a], keys: [${[...'012345'].map(digit => `sha256:${digit.repeat(64)}`)}]`),
    '2: callers.c.keys: must be at most 5 keys',
  ],
  [
    caller('id: c, accounts: [a], expires: tomorrow'),
    '2: callers.c.expires: must be a date such as 2027-01-01, or a time such as 2027-01-01T12:00:00Z',
  ],
  [
    caller('id: c, accounts: [a], expires: 2027-02-30'),
    '2: callers.c.expires: must be a date such as 2027-01-01, or a time such as 2027-01-01T12:00:00Z',
  ],
  [
    caller('id: c, accounts: [a], limits: { requestsPerMinute: 0 }'),
    '2: callers.c.limits.requestsPerMinute: must be a whole number from 1 to 1000000000',
  ],
  [
    caller('id: c, accounts: [a], limits: { upstreamCallsPerHour: { google: 5 } }'),
    /^a\.yaml:2: callers\.c\.limits\.upstreamCallsPerHour\.google: /,
  ],
  [issuer('algorithms: [HS256]'), /^a\.yaml:2: issuers\.0\.algorithms\.0: must be one of RS256, /],
  [issuer('algorithms: [none]'), /^a\.yaml:2: issuers\.0\.algorithms\.0: must be one of RS256, /],
  [issuer('algorithms: []'), '2: issuers.0.algorithms: must name an algorithm'],
  [
    issuer('algorithms: [RS256]', 'file:///jwks'),
    '2: issuers.0.jwks: must be a URL that starts with https:// or http://',
  ],
  [
    caller('id: c, accounts: [a], limits: few'),
    '2: callers.c.limits: must hold limits such as requestsPerMinute: 600',
  ],
  ['- id: a', '1: the file must hold accounts, callers and issuers, each a key with a list below it'],
  ['dashboard', '1: the file must hold accounts, callers and issuers, each a key with a list below it'],
  ['accounts: [', /^a\.yaml:1: /],
])('%s is a problem with its place', (text, problem) => {
  const read = readAccessFile(text, 'a.yaml')
  expect('problems' in read && read.problems).toEqual([
    typeof problem === 'string' ? `a.yaml:${problem}` : expect.stringMatching(problem),
  ])
})

test('every problem is told at once', () => {
  const text =
    'accounts: [{ id: a, x: 1 }, { id: a }]\ncallers: [{ id: c, accounts: [b], scopes: [s], y: 2 }]'
  const read = readAccessFile(text, 'a.yaml')
  expect('problems' in read && read.problems.length).toBe(5)
})

test('a key that was put in place of its hash is repeated by no problem', () => {
  const read = readAccessFile(caller('id: c, accounts: [a], keys: [iso_planted]'), 'a.yaml')
  expect('problems' in read && read.problems).toHaveLength(1)
  expect(JSON.stringify(read)).not.toContain('planted')
})

function caller(members: string): string {
  return `accounts: [{ id: a }]\ncallers: [{ ${members} }]`
}

function issuer(algorithms: string, jwks = 'https://i.example.com/jwks'): string {
  return `accounts: [{ id: a }]\nissuers: [{ issuer: i, audience: a, jwks: "${jwks}", ${algorithms} }]`
}
