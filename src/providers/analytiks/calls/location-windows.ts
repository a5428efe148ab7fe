import { UpstreamError } from '../../../upstream/error.ts'
import { nameOf } from '../../../upstream/source/batch-groups.ts'
import type { Call, Endpoint } from '../../../upstream/source/endpoint.ts'
import type { AnalytiksClient, LocationChoice, Question } from '../client.ts'
import type { LocationIdentity, LocationTraffic } from '../records.ts'
import { printSpan } from '../wire.ts'
import { isFoldable } from './foldable-traffic.ts'
import { isTraffic, packTraffic, unpackTraffic } from './packed-traffic.ts'
import { type TtlSettings, trafficTtl, untilNow } from './windows.ts'

/** One location in one window. */
export interface LocationWindow extends Question {
  readonly identity: LocationIdentity
  /** `FAIL`: one refused location fails all locations of the same call. */
  readonly onRefusal: 'PARTIAL' | 'FAIL'
  /** Whether all who wait fold it into months, so that memory need not keep it whole. */
  readonly isFolded: boolean
  readonly maximumAge: number | undefined
  /** Equal for windows that may share a call. */
  readonly group: string
  /** Equal for equal windows of a group. */
  readonly item: string
}

/** The most locations of one call (the vendor's page). */
const maximumLocations = 50

/** All metrics of a location in a window: at most 50 locations per call, either ids or references of one brand. */
export function locationTraffic(
  client: AnalytiksClient,
  ttlSettings: TtlSettings,
): Endpoint<LocationWindow, LocationTraffic> {
  return {
    nameOf: ({ group, item }) => `${group} ${item}`,
    plannedNameOf: window => window,
    callsOf: windows =>
      [...Map.groupBy(windows, ({ group }) => group).values()]
        .flatMap(group => chunks(group, maximumLocations))
        .map(group => callFor(client, group)),
    ttlOf: ({ span }, _traffic, at) => trafficTtl(ttlSettings, span, at),
    maximumAgeOf: ({ maximumAge }) => maximumAge,
    leavesMemory: ({ isFolded, step }, traffic) => isFolded && (!traffic || isFoldable(traffic, step)),
    isValue: isTraffic,
    encoding: { encode: packTraffic, decode: unpackTraffic },
  }
}

export function identityName(identity: LocationIdentity): string {
  return 'locationId' in identity
    ? String(identity.locationId)
    : nameOf(identity.brandId, identity.referenceNumber)
}

function callFor(
  client: AnalytiksClient,
  group: readonly [LocationWindow, ...LocationWindow[]],
): Call<LocationWindow, LocationTraffic> {
  const [{ span: window, step, onRefusal }] = group
  const span = untilNow(window, step, Date.now())
  const choice = choiceOf(group)
  return {
    keys: group,
    plan: {
      route: onRefusal === 'FAIL' ? 'POST /json/v1' : 'POST /json/v2',
      window: printSpan(span),
      interval: step,
      ...choice,
    },
    async make(callContext) {
      if (onRefusal === 'FAIL') {
        const rows = await client.whole({ span, step }, choice, callContext)
        return group.map(({ identity }) => find(rows, identity) ?? missing())
      }
      const { successes, refused } = await client.partial({ span, step }, choice, callContext)
      return group.map(({ identity }) => {
        const found = find(successes, identity)
        if (found) return found
        // The vendor does not document what `failures` lists for a reference number: it may be the location's id.
        const isRefused =
          'locationId' in identity ? refused.includes(String(identity.locationId)) : refused.length > 0
        return isRefused ? forbidden() : missing()
      })
    },
  }
}

function choiceOf(group: readonly [LocationWindow, ...LocationWindow[]]): LocationChoice {
  const [{ identity: first }] = group
  const identities = group.map(({ identity }) => identity)
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

/** The name of a group of windows, which differ in their locations. */
export function groupName({
  span,
  step,
  onRefusal,
  identity,
}: Pick<LocationWindow, 'span' | 'step' | 'onRefusal' | 'identity'>): string {
  const brand = 'brandId' in identity ? identity.brandId : null
  return `location ${span.form} ${span.start} ${span.end} ${step} ${onRefusal} ${brand}`
}

function chunks<Item>(items: readonly Item[], size: number): (readonly [Item, ...Item[]])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  ).flatMap(([first, ...rest]) => (first === undefined ? [] : [[first, ...rest] as const]))
}

function forbidden(): UpstreamError {
  const message = 'analytiks refuses this location: it does not exist, or these credentials may not read it.'
  return new UpstreamError('analytiks', 'UPSTREAM_FORBIDDEN', message)
}

function missing(): UpstreamError {
  const message = 'analytiks neither returned nor refused this location.'
  return new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message)
}
