import type { AskedRange } from './analytiks-buckets.ts'
import { readCursor, writeCursor } from './analytiks-cursor.ts'
import {
  type LocationsRequest,
  Refusal,
  readBrandRequest,
  readLocationsRequest,
} from './analytiks-request.ts'
import { exportRows } from './analytiks-rows.ts'
import { type CameraStore, cameraStores } from './analytiks-stores.ts'
import { AnalytiksTokens } from './analytiks-tokens.ts'
import { type Emulator, type Handler, serveEmulator } from './emulator.ts'

export interface AnalytiksEmulator extends Emulator {
  /** From here on every token handed out so far is answered 401. */
  revokeTokens(): void
  /** From here on every cursor handed out so far is answered 400. */
  forgetCursors(): void
}

/**
 * Emulates Analytiks' token endpoint (`/token`) and JSON exports (`/json/v1` to `v3`) on one origin.
 * Brand 9999 with location 99 exists, but not for this account.
 */
export async function serveAnalytiks(
  options: {
    readonly now?: () => Date
    /** How long a token lives. */
    readonly tokenSeconds?: number
    /** Locations in one batch of v3. */
    readonly pageSize?: number
    /** What asking for 15min gets: it, a 400, or hourly data without a word; the vendor's page names neither refusal. */
    readonly quarterHours?: boolean | 'hourly'
    /** More locations: from id 1001, brand 7777, references `X1001` on. */
    readonly extraStores?: number
    /** Of those locations one after another; left out, those of the world. */
    readonly extraZones?: readonly string[]
  } = {},
): Promise<AnalytiksEmulator> {
  const { now = () => new Date(), tokenSeconds = 86_400, pageSize = 5, quarterHours = true } = options
  const tokens = new AnalytiksTokens(tokenSeconds, now)
  const stores = cameraStores(options.extraStores, options.extraZones)
  let cursorGeneration = 0

  const emulator = await serveEmulator({
    provider: 'analytiks',
    routes: {
      'POST /token': exchange => tokens.issue(exchange),
      'POST /json/v1': authorized(body => {
        const { allowed, refused, range, byReference } = pick(readLocationsRequest(body))
        if (refused.length > 0) throw new Refusal(401, 'Unauthorized')
        return exportRows(allowed, granted(range), now().getTime(), byReference)
      }),
      'POST /json/v2': authorized(body => {
        const { allowed, refused, range, byReference } = pick(readLocationsRequest(body))
        if (allowed.length === 0) throw new Refusal(401, 'Unauthorized')
        return {
          successes: exportRows(allowed, granted(range), now().getTime(), byReference),
          failures: refused.length > 0 ? { description: refusedDescription, locations: refused } : {},
        }
      }),
      'POST /json/v3': authorized(body => {
        const { range, brandId, cursor } = readBrandRequest(body)
        const ofBrand = stores.filter(store => store.brandId === brandId)
        if (ofBrand.length === 0) throw new Refusal(401, 'Unauthorized')
        const question = JSON.stringify([range, brandId, cursorGeneration])
        const offset = cursor === null ? 0 : readCursor(cursor, question)
        const end = offset + pageSize
        return {
          cursor: end < ofBrand.length ? writeCursor(end, question) : null,
          data: exportRows(ofBrand.slice(offset, end), granted(range), now().getTime()),
        }
      }),
    },
    notFound: () => ({ status: 404, body: { message: 'Not Found' } }),
    environment: origin => ({
      ANALYTIKS_CLIENT_ID: tokens.clientId,
      ANALYTIKS_CLIENT_SECRET: tokens.clientSecret,
      ANALYTIKS_AUDIENCE: tokens.audience,
      ANALYTIKS_TOKEN_URL: `${origin}/token`,
      ANALYTIKS_EXPORTS_URL: origin,
    }),
  })
  return {
    ...emulator,
    revokeTokens: () => tokens.revoke(),
    forgetCursors() {
      cursorGeneration++
    },
  }

  /** A bad token and a refused location look alike: the vendor's page gives both a 401 and neither a body. */
  function authorized(answer: (body: unknown) => unknown): Handler {
    return ({ headers, body }) => {
      try {
        if (!tokens.accepts(headers.authorization)) throw new Refusal(401, 'Unauthorized')
        if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
          throw new Refusal(400, 'Content-Type must be application/json')
        return { body: answer(body) }
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal
        return { status: refusal.status, body: { message: refusal.message } }
      }
    }
  }

  function granted(range: AskedRange): AskedRange {
    if (range.interval === 'hourly' || quarterHours === true) return range
    if (quarterHours === 'hourly') return { ...range, interval: 'hourly' }
    throw new Refusal(400, 'interval: 15min is not enabled for your account')
  }

  /** The stores asked for, each once, and what was asked for in vain, as it was asked. */
  function pick(asked: LocationsRequest) {
    const byReference = 'referenceNumbers' in asked
    const keys: readonly (string | number)[] = byReference ? asked.referenceNumbers : asked.locations
    const known = new Map<string | number, CameraStore>(
      byReference
        ? stores.filter(store => store.brandId === asked.brandId).map(store => [store.referenceNumber, store])
        : stores.map(store => [store.locationId, store]),
    )
    const distinct = [...new Set(keys)]
    return {
      allowed: distinct.flatMap(key => known.get(key) ?? []),
      refused: distinct.filter(key => !known.has(key)),
      range: asked.range,
      byReference,
    }
  }
}

const refusedDescription = 'You are not authorized to query these locations'
