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
  /** Revokes all tokens issued so far: requests with them get 401. */
  revokeTokens(): void
  /** Invalidates all cursors issued so far: requests with them get 400. */
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
    /** Locations on one page of v3. */
    readonly pageSize?: number
    /** The response to 15min: the data, a 400, or silently hourly data. The vendor's page documents neither refusal. */
    readonly quarterHours?: boolean | 'hourly'
    /** The number of additional locations: ids from 1001 on, brand 7777, references from `X1001` on. */
    readonly extraStores?: number
    /** The time zones of the additional locations, in turn; by default those of the world. */
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

  /** The same for a bad token and a refused location: the vendor's page has 401 for both, and no body. */
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

  /** The requested stores, each once, and the requested ids or references that do not exist. */
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
