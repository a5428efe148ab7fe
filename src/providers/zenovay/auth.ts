/** The headers that the vendor takes the key in: `X-API-Key`, or `Authorization: Bearer` (the vendor's page). */
export const zenovayAuths = ['header', 'bearer'] as const

export type ZenovayAuth = (typeof zenovayAuths)[number]

export function authHeaders(auth: ZenovayAuth, apiKey: string): Readonly<Record<string, string>> {
  return auth === 'bearer' ? { authorization: `Bearer ${apiKey}` } : { 'x-api-key': apiKey }
}
