import { randomBytes } from 'node:crypto'
import type { Handler } from './emulator.ts'

/** What a client must send for a token. */
export interface Credentials {
  readonly audience: string
  readonly clientId: string
  readonly clientSecret: string
}

/** The issuer: issues tokens and knows when each of them expires. */
export interface Issuer {
  /** Whether the token was issued here and has not expired. */
  accepts(token: string | null): boolean
  readonly routes: Readonly<Record<string, Handler>>
}

/** An issuer for one client. It refuses with a 401 in OAuth's form (inferred: the vendor documents no error). */
export function tokenIssuer(options: {
  readonly now: () => Date
  readonly tokenSeconds: number
  readonly credentials: Credentials
}): Issuer {
  const { now, tokenSeconds, credentials } = options
  const endings = new Map<string, number>()
  return {
    accepts: token => now().getTime() < (endings.get(token ?? '') ?? 0),
    routes: {
      'POST /oauth/token': ({ headers, body }) => {
        const wanted = {
          client_id: credentials.clientId,
          client_secret: credentials.clientSecret,
          audience: credentials.audience,
          grant_type: 'client_credentials',
        }
        const sent = new Map(Object.entries(typeof body === 'object' && body ? body : {}))
        const json = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json'
        if (!json || Object.entries(wanted).some(([field, value]) => sent.get(field) !== value))
          return { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } }
        return { body: { access_token: issue(), token_type: 'Bearer', expires_in: tokenSeconds } }
      },
    },
  }

  function issue(): string {
    const issued = now().getTime()
    const ends = issued + tokenSeconds * 1000
    const claims = {
      sub: `${credentials.clientId}@clients`,
      aud: credentials.audience,
      iat: Math.floor(issued / 1000),
      exp: Math.floor(ends / 1000),
      gty: 'client-credentials',
    }
    const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map(part => JSON.stringify(part))
    const encoded = parts.map(part => Buffer.from(part).toString('base64url'))
    const token = [...encoded, randomBytes(32).toString('base64url')].join('.')
    endings.set(token, ends)
    return token
  }
}
