import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/** An issuer of tokens on loopback. */
export interface Issuer extends AsyncDisposable {
  readonly jwks: string
  /** How often its keys were asked for. */
  readonly fetches: number
  /** Its public key, as PEM. */
  readonly publicKey: string
  /** How it answers from now on; undefined: with its keys. */
  answer: ((response: ServerResponse) => void) | undefined
  /** Makes a new key, under a new name, the only one. */
  rotate(): Promise<void>
  /** Its own claims on top of those that let somebody in, but for one that is left out. */
  sign(claims: JWTPayload, options?: { readonly kid?: string; readonly without?: string }): Promise<string>
}

export const issuerName = 'https://login.example.com/'

export async function startIssuer(alg: 'RS256' | 'ES256' = 'ES256'): Promise<Issuer> {
  let [count, fetches] = [0, 0]
  let key: {
    readonly kid: string
    readonly privateKey: CryptoKey
    readonly jwk: object
    readonly pem: string
  }
  const rotate = async () => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    const kid = `key-${++count}`
    key = {
      kid,
      privateKey,
      jwk: { ...(await exportJWK(publicKey)), kid, alg },
      pem: await exportSPKI(publicKey),
    }
  }
  await rotate()
  const issuer: Issuer = {
    jwks: '',
    get fetches() {
      return fetches
    },
    get publicKey() {
      return key.pem
    },
    answer: undefined,
    rotate,
    sign(own, { kid = key.kid, without } = {}) {
      const usual = { iss: issuerName, aud: 'isotherm', sub: 'someone@example.com', exp: inSeconds(300) }
      const claims = Object.entries({ ...usual, ...own }).filter(([name]) => name !== without)
      return new SignJWT(Object.fromEntries(claims)).setProtectedHeader({ alg, kid }).sign(key.privateKey)
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
  const server = createServer((_request, response) => {
    fetches++
    if (issuer.answer) return issuer.answer(response)
    response.end(JSON.stringify({ keys: [key.jwk] }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return Object.defineProperty(issuer, 'jwks', { value: `http://127.0.0.1:${port}/jwks` })
}

export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds
}
