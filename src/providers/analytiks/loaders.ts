import DataLoader from 'dataloader'
import { BadInput } from '../../upstream/bad-input.ts'
import { UpstreamError } from '../../upstream/error.ts'
import { loadGroups, nameOf } from '../../upstream/groups.ts'
import { type Walk, walk } from '../../upstream/walk.ts'
import type { AnalytiksClient, LocationChoice, Question } from './client.ts'
import type { LocationTraffic } from './wire.ts'

/** How Analytiks knows a location: by its id, or by a brand's reference number. */
export type LocationIdentity =
  | { readonly locationId: number }
  | { readonly brandId: number; readonly referenceNumber: string }

export interface TrafficKey extends Question {
  readonly identity: LocationIdentity
  /** `FAIL`: one refused location refuses all that are asked with it. */
  readonly onRefusal: 'PARTIAL' | 'FAIL'
}

export interface AnalytiksLoaders {
  /** All metrics of a location; ids, and references of one brand, with the same range and interval cost one call. */
  readonly traffic: DataLoader<TrafficKey, LocationTraffic, string>
  /** The traffic of a brand's locations, page by page as far as somebody asks. */
  readonly brandTraffic: (brandId: number, question: Question) => Walk<LocationTraffic>
}

/** A page may be empty, say of locations that are refused; so many are a mistake. */
const maximumEmptyPages = 20

/** The most locations of one call (the vendor's page). */
const maximumLocations = 50

export function analytiksLoaders(client: () => AnalytiksClient, signal: AbortSignal): AnalytiksLoaders {
  const walks = new Map<string, Walk<LocationTraffic>>()
  return {
    traffic: new DataLoader(
      keys =>
        loadGroups(keys, groupName, async (group, first) => loadTraffic(client(), group, first, signal)),
      {
        cacheKeyFn: key => nameOf(groupName(key), identityName(key.identity)),
      },
    ),
    brandTraffic(brandId, question) {
      const name = nameOf(brandId, questionName(question))
      return walks.getOrInsertComputed(name, () => walkBrand(client, brandId, question, signal))
    },
  }
}

async function loadTraffic(
  client: AnalytiksClient,
  group: readonly TrafficKey[],
  first: TrafficKey,
  signal: AbortSignal,
): Promise<(LocationTraffic | Error)[]> {
  if (group.length > maximumLocations) {
    throw new BadInput(`At most ${maximumLocations} locations can be asked at once, not ${group.length}.`)
  }
  const choice = choiceOf(first.identity, group)
  if (first.onRefusal === 'FAIL') {
    const rows = await client.whole(first, choice, signal)
    return group.map(({ identity }) => find(rows, identity) ?? missing())
  }
  const { successes, refused } = await client.partial(first, choice, signal)
  return group.map(({ identity }) => {
    const found = find(successes, identity)
    if (found) return found
    // What `failures` lists for a reference number is not documented: it may be the id behind it.
    const isRefused =
      'locationId' in identity ? refused.includes(String(identity.locationId)) : refused.length > 0
    return isRefused ? forbidden() : missing()
  })
}

function walkBrand(
  client: () => AnalytiksClient,
  brandId: number,
  question: Question,
  signal: AbortSignal,
): Walk<LocationTraffic> {
  const seen = new Set<number>()
  let emptyPages = 0
  return walk<LocationTraffic, string>(async cursor => {
    const { data, cursor: next } = await client().page(question, brandId, cursor, signal)
    const repeats = data.some(({ locationId }) => seen.has(locationId))
    if (data.length === 0) emptyPages++
    // A walk that brings nothing new would have no end.
    if (repeats || emptyPages > maximumEmptyPages) {
      const message = 'analytiks handed out the same locations twice, or none over and over.'
      throw new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message, { retryable: true })
    }
    for (const { locationId } of data) seen.add(locationId)
    return { rows: data, next: next ?? undefined }
  })
}

function choiceOf(first: LocationIdentity, group: readonly TrafficKey[]): LocationChoice {
  const identities = group.map(key => key.identity)
  if ('locationId' in first) {
    return { locations: identities.flatMap(one => ('locationId' in one ? [one.locationId] : [])) }
  }
  const referenceNumbers = identities.flatMap(one => ('referenceNumber' in one ? [one.referenceNumber] : []))
  return { brandId: first.brandId, referenceNumbers }
}

function find(rows: readonly LocationTraffic[], identity: LocationIdentity): LocationTraffic | undefined {
  return 'locationId' in identity
    ? rows.find(row => row.locationId === identity.locationId)
    : rows.find(row => row.referenceNumber === identity.referenceNumber)
}

function groupName(key: TrafficKey): string {
  const brand = 'brandId' in key.identity ? key.identity.brandId : null
  return nameOf(questionName(key), key.onRefusal, brand)
}

function questionName({ span, step }: Question): string {
  return nameOf(span.form, span.start, span.end, step)
}

function identityName(identity: LocationIdentity): string {
  return 'locationId' in identity ? String(identity.locationId) : identity.referenceNumber
}

function forbidden(): UpstreamError {
  const message = 'analytiks refuses this location: it does not exist, or these credentials may not read it.'
  return new UpstreamError('analytiks', 'UPSTREAM_FORBIDDEN', message)
}

function missing(): UpstreamError {
  const message = 'analytiks neither answered nor refused this location.'
  return new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message)
}
