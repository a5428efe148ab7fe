import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { IssuerEntry } from '../../src/access/access-file.ts'
import { Tokens } from '../../src/access/tokens.ts'
import { startConnectProxy } from '../support/connect-proxy.ts'
import { type Issuer, inSeconds, issuerName, startIssuer } from '../support/issuer.ts'

let issuer: Issuer
let tokens: Tokens

beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer[Symbol.asyncDispose]())
beforeEach(() => {
  issuer.answer = undefined
  tokens = open()
})

describe('a token', () => {
  test('of a known issuer lets in whom it names, without saying who that is', async () => {
    const token = await issuer.sign({
      scope: 'traffic:read other explore',
      isotherm_accounts: ['one', 'two'],
    })
    const { caller, accounts } = await tokens.verify(token)
    expect(caller.id).toMatch(/^token:[\da-f]{16}$/)
    expect([...caller.scopes]).toEqual(['traffic:read', 'explore'])
    expect(accounts).toEqual(['one', 'two'])
    const again = await tokens.verify(await issuer.sign({ jti: 'another' }))
    expect(again.caller.id).toBe(caller.id)
    const other = await tokens.verify(await issuer.sign({ sub: 'somebody else' }))
    expect(other.caller.id).not.toBe(caller.id)
  })

  test.each<[string, object, Partial<IssuerEntry>, readonly string[]]>([
    ['a text', { scope: 'traffic:read explore' }, {}, ['traffic:read', 'explore']],
    ['a list scp', { scp: ['traffic:read', 1] }, {}, ['traffic:read']],
    ['a list scopes', { scopes: ['explore'] }, {}, ['explore']],
    ['scope before scp', { scope: '', scp: ['explore'] }, {}, []],
    [
      'the claim of the file',
      { scope: 'explore', may: 'pages:read' },
      { scopesClaim: 'may' },
      ['pages:read'],
    ],
    ['nothing', {}, {}, []],
    ['no text', { scope: { explore: true } }, {}, []],
  ])('has its scopes by %s', async (_name, claims, entry, scopes) => {
    const { caller } = await open(entry).verify(await issuer.sign({ ...claims }))
    expect([...caller.scopes]).toEqual(scopes)
  })

  test.each([
    [undefined, undefined],
    [null, []],
    [1, []],
    [{ one: true }, []],
    ['', []],
  ])('with the claim of accounts %j names the accounts %j', async (claim, named) => {
    const { accounts } = await tokens.verify(await issuer.sign({ isotherm_accounts: claim }))
    expect(accounts).toEqual(named)
  })

  test('that was verified is remembered, and its keys are read once', async () => {
    const before = issuer.fetches
    const token = await issuer.sign({})
    const first = await tokens.verify(token)
    issuer.answer = response => response.writeHead(500).end()
    expect(tokens.verify(token)).toBe(first)
    await tokens.verify(await issuer.sign({ jti: 'another' }))
    expect(issuer.fetches).toBe(before + 1)
  })

  test.each<[string, () => string | Promise<string>, string]>([
    ['that has expired', () => issuer.sign({ exp: inSeconds(-10) }), 'The token has expired.'],
    ['that never expires', () => issuer.sign({}, { without: 'exp' }), 'The token never expires.'],
    ['that begins later', () => issuer.sign({ nbf: inSeconds(60) }), 'The token is not valid yet.'],
    ['for another audience', () => issuer.sign({ aud: 'other' }), 'The token is meant for another audience.'],
    [
      'for no audience',
      () => issuer.sign({}, { without: 'aud' }),
      'The token is meant for another audience.',
    ],
    [
      'of another issuer',
      () => issuer.sign({ iss: 'https://evil.example.com/' }),
      'The issuer of the token is not known here.',
    ],
    ['with alg none', () => unsigned('none'), 'The token is not signed as its issuer signs.'],
    ['with alg None', () => unsigned('None'), 'The token is not signed as its issuer signs.'],
    ['with HS256 and the public key', () => confused(), 'The token is not signed as its issuer signs.'],
    ['of a stranger with the same kid', () => forged(), 'The token is not valid.'],
    ['with changed claims', () => changed(), 'The token is not valid.'],
    ['that is none', () => 'a.b.c', 'The credential is neither a key nor a token.'],
    [
      'of an unknown kid',
      () => issuer.sign({}, { kid: randomUUID() }),
      'The token is signed with a key that its issuer does not have.',
    ],
  ])('%s is refused', async (_name, make, message) => {
    const token = await make()
    await expect(Promise.try(() => tokens.verify(token))).rejects.toMatchObject({
      status: 401,
      message,
      headers: { 'www-authenticate': expect.stringContaining('error="invalid_token"') },
    })
  })
})

test('after a rotation the new key is found, and what the old one signed is refused', async () => {
  const old = await issuer.sign({ jti: 'old' })
  await issuer.rotate()
  await tokens.verify(await issuer.sign({}))
  await expect(tokens.verify(old)).rejects.toMatchObject({ status: 401 })
})

test('members of a set that are no key spoil none of the others', async () => {
  const set = await fetch(issuer.jwks).then(response => response.json())
  const members = [null, 1, 'key', [], {}, { kty: 5 }, ...set.keys]
  issuer.answer = response => response.end(JSON.stringify({ keys: members }))
  await tokens.verify(await issuer.sign({}))
  issuer.answer = response => response.end('{"keys":[null]}')
  await expect(open().verify(await issuer.sign({}))).rejects.toMatchObject({ status: 401 })
})

test('with a key that is too short to be used nobody can be let in, and nobody is at fault', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'short', alg: 'RS256' }
  issuer.answer = response => response.end(JSON.stringify({ keys: [jwk] }))
  const claims = { iss: issuerName, aud: 'isotherm', sub: 'someone', exp: inSeconds(300) }
  const signed = [{ alg: 'RS256', kid: 'short' }, claims].map(part =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signature = sign('sha256', Buffer.from(signed.join('.')), privateKey).toString('base64url')
  const token = [...signed, signature].join('.')
  await expect(open({ algorithms: ['RS256'] }).verify(token)).rejects.toMatchObject({ status: 503 })
})

test('ten thousand random kids ask the issuer once', async () => {
  await tokens.verify(await issuer.sign({}))
  const before = issuer.fetches
  const [, payload, signature] = (await issuer.sign({})).split('.')
  for (let index = 0; index < 10_000; index++) {
    const header = encode({ alg: 'ES256', kid: `random-${index}` })
    await expect(tokens.verify([header, payload, signature].join('.'))).rejects.toMatchObject({ status: 401 })
  }
  expect(issuer.fetches - before).toBeLessThanOrEqual(1)
})

describe('an issuer', () => {
  test.each<[string, NonNullable<Issuer['answer']>]>([
    ['that is down', response => response.destroy()],
    ['that fails', response => response.writeHead(500).end('{"keys":[]}')],
    ['that redirects', response => response.writeHead(302, { location: issuer.jwks }).end()],
    ['that says no keys', response => response.end('hello')],
    ['that says other JSON', response => response.end('{"keys":1}')],
    ['that says too much', response => response.end(`{"keys":[],"x":"${'x'.repeat(600 * 1024)}"}`)],
  ])('%s is 503, and is asked once in five seconds', async (_name, answer) => {
    issuer.answer = answer
    const before = issuer.fetches
    for (let index = 0; index < 5; index++)
      await expect(tokens.verify(await issuer.sign({ jti: `${index}` }))).rejects.toMatchObject({
        status: 503,
        headers: { 'retry-after': '5' },
      })
    expect(issuer.fetches - before).toBe(1)
  })

  test('has its keys read through the proxy, and on this machine without', async () => {
    await using proxy = await startConnectProxy({ credentials: 'planted-user:planted-password' })
    const proxies = { plain: proxy.url, except: [] }
    const far = issuer.jwks.replace('127.0.0.1', 'login.example')
    const token = await issuer.sign({})
    await new Tokens([entryOf({})], undefined, proxies).verify(token)
    expect(proxy.asked).toEqual([])
    await new Tokens([entryOf({ jwks: far })], undefined, proxies).verify(token)
    expect(proxy.asked).toEqual([new URL(far).host])
    await using closed = await startConnectProxy({ status: 403 })
    const cut = new Tokens([entryOf({ jwks: far })], undefined, { plain: closed.url, except: [] })
    await expect(cut.verify(token)).rejects.toMatchObject({ status: 503 })
  })

  test('that is in the file no more has its tokens forgotten, and one that stays keeps its keys', async () => {
    const token = await issuer.sign({})
    await tokens.verify(token)
    const before = issuer.fetches
    await new Tokens([entryOf({})], tokens).verify(token)
    expect(issuer.fetches).toBe(before)
    await expect(Promise.try(() => new Tokens([], tokens).verify(token))).rejects.toMatchObject({
      status: 401,
    })
  })
})

function entryOf(entry: Partial<IssuerEntry>): IssuerEntry {
  return {
    issuer: issuerName,
    audience: 'isotherm',
    jwks: issuer.jwks,
    algorithms: ['ES256'],
    accountsClaim: 'isotherm_accounts',
    ...entry,
  }
}

function open(entry: Partial<IssuerEntry> = {}): Tokens {
  return new Tokens([entryOf(entry)])
}

function encode(value: object | string): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

const claims = () => ({
  iss: issuerName,
  aud: 'isotherm',
  sub: 'x',
  exp: inSeconds(300),
  scope: 'people:read',
})

function unsigned(alg: string): string {
  return `${encode({ alg })}.${encode(claims())}.`
}

/** Signed with the public key as if it were a shared secret. */
function confused(): string {
  const text = `${encode({ alg: 'HS256', kid: 'key-1' })}.${encode(claims())}`
  return `${text}.${createHmac('sha256', issuer.publicKey).update(text).digest('base64url')}`
}

async function forged(): Promise<string> {
  await using stranger = await startIssuer()
  const [header] = (await issuer.sign({})).split('.')
  const { kid } = JSON.parse(Buffer.from(header ?? '', 'base64url').toString())
  return await stranger.sign({}, { kid })
}

async function changed(): Promise<string> {
  const [header, , signature] = (await issuer.sign({})).split('.')
  return [header, encode(claims()), signature].join('.')
}
