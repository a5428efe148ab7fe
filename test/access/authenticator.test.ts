import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintKey } from '../../src/access/keys.ts'
import { bearer, type Guarded, post, serveGuarded, someCaller } from '../support/guarded.ts'
import { requestText, sendRaw } from '../support/raw-http.ts'

const both = someCaller('both', ['one', 'two'])
const single = someCaller('single', ['one'])
const expired = someCaller('late', ['one'], { expires: '2026-01-01' })
const accounts = [
  { id: 'one', variables: 'ONE_', catalog: 'one.yaml' },
  { id: 'two', variables: 'TWO_', catalog: 'two.yaml' },
]
const file = { accounts, callers: [both.entry, single.entry, expired.entry] }
const files = {
  'one.yaml': 'locations: [{ id: first, name: First }]',
  'two.yaml': 'locations: [{ id: second, name: Second }]',
}

let guarded: Guarded
let origin: string

beforeAll(async () => {
  guarded = await serveGuarded(file, {
    files,
    environment: { ISOTHERM_CORS_ORIGINS: 'https://app.example.com' },
  })
  origin = guarded.origin
})
afterAll(() => guarded[Symbol.asyncDispose]())

describe('a key', () => {
  test.each(['Bearer', 'bearer', 'BEARER', 'Bearer  '])('lets its caller in, after %s', async scheme => {
    const { status, body } = await post(origin, { authorization: `${scheme} ${single.key}` })
    expect(status).toBe(200)
    expect(body).toMatchObject({ data: { locations: { nodes: [{ name: 'First' }] } } })
  })

  test('that is missing is 401, with what to send', async () => {
    const { status, headers, body } = await post(origin, {})
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe('Bearer realm="isotherm"')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({
      errors: [
        { message: expect.stringContaining('authorization'), extensions: { code: 'UNAUTHENTICATED' } },
      ],
    })
    expect((await post(origin, { authorization: 'Basic abc' })).headers.get('www-authenticate')).toBe(
      'Bearer realm="isotherm"',
    )
  })

  test.each([
    ['a stranger made', mintKey().key, 'The key is not known here.'],
    ['has expired', expired.key, 'The key has expired.'],
    ['has a typo', `${single.key.slice(0, -1)}-`, 'The key has a typo: its form or checksum is wrong.'],
    ['is no key', 'opensesame', 'The credential is neither a key nor a token.'],
    ['is empty', '', 'The credential is neither a key nor a token.'],
  ])('that %s is 401 invalid_token', async (_name, key, message) => {
    const { status, headers, body } = await post(origin, bearer(key))
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe(
      `Bearer realm="isotherm", error="invalid_token", error_description="${message}"`,
    )
    expect(body).toMatchObject({ errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] })
  })

  test.each(['', 'Token ', 'Bearer:', 'ApiKey key='])(
    'is none after "%s", and told how to be sent',
    async scheme => {
      const { status, body } = await post(origin, { authorization: `${scheme}${single.key}` })
      expect(status).toBe(401)
      expect(body).toMatchObject({ errors: [{ message: 'Before a key there must be the word Bearer.' }] })
    },
  )

  test('that is sent beside another is refused', async () => {
    const headers = [single.key, both.key].map(key => `authorization: Bearer ${key}`)
    const target = 'GET /graphql?query={__typename} HTTP/1.1'
    const { status, body } = await sendRaw(
      origin,
      requestText(target, [`host: ${new URL(origin).host}`, ...headers]),
    )
    expect(status).toBe(400)
    expect(body).toContain('Send one credential')
  })

  test('is needed by GraphiQL, by GET and by tickets, and not by health', async () => {
    const status = async (path: string, headers = {}, method = 'GET') =>
      (await fetch(origin + path, { headers, method })).status
    expect(await status('/graphql', { accept: 'text/html' })).toBe(401)
    expect(await status('/graphql', { accept: 'text/html', ...bearer(single.key) })).toBe(200)
    expect(await status('/graphql?query={__typename}')).toBe(401)
    expect(await status('/ticket', {}, 'POST')).toBe(401)
    expect(await status('/healthz')).toBe(200)
    expect(await status('/readyz')).toBe(200)
    expect(await status('/nothing')).toBe(404)
  })

  test('may be sent by a page of a listed origin, which can read a refusal', async () => {
    const page = { origin: 'https://app.example.com' }
    const preflight = await fetch(`${origin}/graphql`, {
      method: 'OPTIONS',
      headers: {
        ...page,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,isotherm-account',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toBe(
      'authorization,content-type,isotherm-account',
    )
    const { status, headers } = await post(origin, page)
    expect(status).toBe(401)
    expect(headers.get('access-control-allow-origin')).toBe(page.origin)
    expect(headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
  })
})

describe('a caller of several accounts', () => {
  test('names one, and gets what is there', async () => {
    for (const [account, name] of [
      ['one', 'First'],
      ['two', 'Second'],
    ])
      expect((await post(origin, bearer(both.key, account))).body).toMatchObject({
        data: { locations: { nodes: [{ name }] } },
      })
  })

  test.each([undefined, 'one,two', 'one, one'])('is told so if it names %s', async account => {
    const { status, body } = await post(origin, bearer(both.key, account))
    expect(status).toBe(400)
    expect(body).toMatchObject({
      errors: [
        { message: expect.stringContaining('isotherm-account'), extensions: { code: 'BAD_USER_INPUT' } },
      ],
    })
  })

  test('does not learn whether an account of others exists', async () => {
    const ask = async (account: string) => {
      const headers = { ...bearer(single.key, account), 'x-request-id': 'the-same' }
      const { status, body } = await post(origin, headers)
      return { status, body }
    }
    const other = await ask('two')
    expect(other.status).toBe(403)
    expect(other.body).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    expect(await ask('none')).toEqual(other)
  })
})

test('each kind of refusal is logged once, without anything of the credential', async () => {
  const wrong = Array.from({ length: 20 }, () => mintKey().key)
  for (const key of [...wrong, expired.key, expired.key]) await post(origin, bearer(key))
  const lines = guarded.log.filter(line => line.includes('not known here'))
  expect(lines).toEqual(['refused with 401: The key is not known here.'])
  expect(guarded.log.filter(line => line.includes('expired'))).toEqual([
    'refused with 401: The key has expired. (caller late)',
  ])
  for (const key of [...wrong, single.key]) expect(guarded.logLines.join()).not.toContain(key.slice(4, 20))
})
