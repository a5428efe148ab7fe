import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import { Agent, fetch } from 'undici'
import { z } from 'zod'
import { type Proxies, proxyFor } from '../upstream/http/proxies.ts'
import { connectorThrough } from '../upstream/http/tunnel.ts'
import { CredentialRefusal, IssuerDown } from './credential-refusal.ts'

const mostBytes = 512 * 1024
const fetchMilliseconds = 5_000
/** The `Retry-After` if an issuer is down. */
export const pauseSeconds = 5

/**
 * The public keys of an issuer, read on first use, after ten minutes, and for an unknown `kid` at most every 30 seconds. While
 * they cannot be read it rejects with IssuerDown, and asks the issuer at most every five seconds.
 */
export function openIssuerKeys(url: URL, proxies?: Proxies): JWTVerifyGetKey {
  const proxy = proxyFor(url, proxies)
  const connect = proxy && connectorThrough(proxy, { timeoutMilliseconds: fetchMilliseconds })
  // Requests are so rare that no connection is kept open.
  const dispatcher = new Agent({ pipelining: 0, ...(connect && { connect }) })
  let failed: { readonly at: number; readonly cause: unknown } | undefined
  const read = async (href: string, { headers, signal }: ReadOptions): Promise<Response> => {
    if (failed && Date.now() < failed.at + 1000 * pauseSeconds)
      throw new IssuerDown(pauseSeconds, failed.cause)
    try {
      // Keys are read from the URL that the operator wrote, and from nowhere else.
      const response = await fetch(href, { headers: [...headers], signal, redirect: 'error', dispatcher })
      if (response.status !== 200) throw new Error(`status ${response.status}`)
      const set = keysIn(await readText(response))
      failed = undefined
      return Response.json(set)
    } catch (cause) {
      failed = { at: Date.now(), cause }
      throw new IssuerDown(pauseSeconds, cause)
    }
  }
  const keys = createRemoteJWKSet(url, { timeoutDuration: fetchMilliseconds, [customFetch]: read })
  return async (header, token) => {
    try {
      return await keys(header, token)
    } catch (error) {
      if (error instanceof IssuerDown) throw error
      if (error instanceof errors.JWKSNoMatchingKey)
        throw CredentialRefusal.invalid('The token is signed with a key that its issuer does not have.')
      if (error instanceof errors.JWKSMultipleMatchingKeys)
        throw CredentialRefusal.invalid('The token does not name the key that it is signed with.')
      throw new IssuerDown(pauseSeconds, error)
    }
  }
}

const member = z.record(z.string(), z.unknown())
const keySet = z.object({
  keys: z
    .array(z.unknown())
    .transform(members => members.filter(candidate => member.safeParse(candidate).success)),
})

/**
 * Leaves out members that cannot be keys, since they would spoil the others. Throws for anything but a key set, without quoting
 * it.
 */
function keysIn(text: string): z.output<typeof keySet> {
  try {
    return keySet.parse(JSON.parse(text))
  } catch {
    throw new Error('no set of keys')
  }
}

interface ReadOptions {
  readonly headers: Headers
  readonly signal: AbortSignal
}

async function readText({ body }: { readonly body: AsyncIterable<Uint8Array> | null }): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > mostBytes) throw new Error(`more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
