import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type Emulator, type Exchange, type Handler, type Reply, serveEmulator } from './emulator.ts'
import { type ErrorShape, errorReply, Refusal } from './zenovay-errors.ts'
import { ZenovayQuota } from './zenovay-quota.ts'
import { foreignWebsiteId, zenovayPages, zenovayWebsites } from './zenovay-websites.ts'

/** Emulates Zenovay's external API: the list of websites, and the pages of each that have heatmaps. */
export async function serveZenovay(
  options: {
    readonly now?: () => Date
    /** The limits of the Pro plan by default. */
    readonly perMinute?: number
    readonly perMonth?: number
    readonly apiKey?: string
    /** The only website that the key may read. */
    readonly siteOnly?: string
    /** Whether the key belongs to the Free plan, which the API refuses. */
    readonly freePlan?: boolean
    readonly errorShape?: ErrorShape
  } = {},
): Promise<Emulator> {
  const { now = () => new Date(), perMinute = 30, perMonth = 10_000, siteOnly, errorShape = 1 } = options
  const apiKey = options.apiKey ?? 'zv_sandbox_zenovay'
  const quota = new ZenovayQuota(perMinute, perMonth)
  const websites = zenovayWebsites()

  return serveEmulator({
    provider: 'zenovay',
    routes: {
      [`GET ${base}/websites`]: metered(() => {
        const reached = websites.filter(({ id }) => id === (siteOnly ?? id))
        return { websites: reached, total: reached.length }
      }),
      [`GET ${base}/heatmaps/:websiteId/pages`]: metered(({ params, query }, at) => {
        const limit = readLimit(query)
        return { pages: zenovayPages(reach(params.websiteId), at).slice(0, limit) }
      }),
    },
    notFound: metered(() => {
      throw new Refusal(404, 'NOT_FOUND', 'Endpoint not found')
    }),
    environment: origin => ({ ZENOVAY_API_KEY: apiKey, ZENOVAY_URL: `${origin}${base}` }),
  })

  /** By the newest help page every request counts, except an unauthenticated one. */
  function metered(answer: (exchange: Exchange, at: Date) => unknown): Handler {
    return exchange => {
      const at = now()
      const headers: Record<string, string> = { 'x-request-id': randomUUID() }
      let reply: Reply
      try {
        authenticate(exchange.headers)
        const refusal = count(at)
        Object.assign(headers, quota.headers(at, errorShape === 2))
        if (refusal) throw refusal
        reply = { body: { success: true, data: answer(exchange, at), timestamp: at.toISOString() } }
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal
        reply = errorReply(refusal, errorShape, at)
      }
      return { ...reply, headers: { ...headers, ...reply.headers } }
    }
  }

  function authenticate(headers: IncomingHttpHeaders): void {
    const [, bearer] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? []
    const key = headers['x-api-key'] ?? bearer
    if (key === undefined) throw new Refusal(401, 'UNAUTHORIZED', 'Missing API key')
    if (key !== apiKey) throw new Refusal(401, 'UNAUTHORIZED', 'Invalid API key')
    if (options.freePlan) throw new Refusal(403, 'API_PAID_PLAN_REQUIRED', 'API access needs a paid plan')
  }

  function count(at: Date): Refusal | undefined {
    const verdict = quota.take(at)
    if (verdict.allowed) return undefined
    if (verdict.limit === 'month')
      return new Refusal(429, 'MONTHLY_LIMIT_EXCEEDED', 'Monthly request limit reached')
    return new Refusal(429, 'RATE_LIMIT_EXCEEDED', 'Rate limit exceeded', verdict.waitSeconds)
  }

  /** The website if the key may read it, else the refusal. */
  function reach(id = ''): string {
    const websiteId = id.toLowerCase()
    if (!uuid.test(websiteId)) throw new Refusal(400, 'VALIDATION_ERROR', 'websiteId must be a valid UUID')
    const exists = websiteId === foreignWebsiteId || websites.some(website => website.id === websiteId)
    if (!exists) throw new Refusal(404, 'NOT_FOUND', 'Website not found')
    if (websiteId === foreignWebsiteId || websiteId !== (siteOnly ?? websiteId))
      throw new Refusal(403, 'FORBIDDEN', 'API key does not have access to this website')
    return websiteId
  }
}

const base = '/api/external/v1'
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Refusing values out of bounds, instead of clamping them, is inferred; the page says only that there is no `range`. */
function readLimit(query: URLSearchParams): number {
  if (query.has('range'))
    throw new Refusal(400, 'VALIDATION_ERROR', 'range is not a parameter of this endpoint')
  const text = query.get('limit') ?? '20'
  const limit = Number(text)
  if (!/^\d+$/.test(text) || limit < 1 || limit > 100)
    throw new Refusal(400, 'VALIDATION_ERROR', 'limit must be an integer between 1 and 100')
  return limit
}
