import { z } from 'zod'
import type { Path, Problem } from '../config/yaml-file.ts'
import { id, location, website } from './entries.ts'

/** The ids and upstream ids that several entries of a file claim, even if the file has other problems. */
export function claimedTwice(content: unknown): Problem[] {
  const { locations, websites } = claimants.parse(content)
  const claims = [
    ...locations.flatMap((location, index) => location && locationClaims(location, ['locations', index])),
    ...websites.flatMap((website, index) => website && websiteClaims(website, ['websites', index])),
  ]
  const claimed = new Map<string, string>()
  return claims.flatMap(claim => {
    if (!claim?.what) return []
    const { id, path, what } = claim
    const holder = claimed.get(what)
    if (holder === undefined) claimed.set(what, id)
    return holder === undefined ? [] : [{ path, message: `${what} is claimed by ${holder} already` }]
  })
}

/** The claims of each entry, read member by member: a problem with one member does not hide other claims. */
const claimants = z
  .object({
    locations: entries({
      id,
      auraVision: location.shape.auraVision.catch(undefined),
      analytiks: location.shape.analytiks.catch(undefined),
    }),
    websites: entries({
      id,
      origin: website.shape.origin.catch(undefined),
      origins: z.array(website.shape.origin.catch(undefined)).catch([]),
      zenovay: website.shape.zenovay.catch(undefined),
      posthog: website.shape.posthog.catch(undefined),
      datadog: website.shape.datadog.catch(undefined),
    }),
  })
  .catch({ locations: [], websites: [] })

function entries<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.array(z.object(shape).optional().catch(undefined)).catch([])
}

type Claimants = z.output<typeof claimants>

function locationClaims(
  { id, auraVision, analytiks }: NonNullable<Claimants['locations'][number]>,
  path: Path,
) {
  const { locationId, brandId, referenceNumber } = analytiks ?? {}
  const isReferenced = brandId !== undefined && referenceNumber !== undefined
  return [
    { id, path: [...path, 'id'], what: `location id ${id}` },
    {
      id,
      path: [...path, 'auraVision'],
      what: auraVision && `Aura Vision location ${auraVision.locationId}`,
    },
    {
      id,
      path: [...path, 'analytiks'],
      what: locationId !== undefined && `Analytiks location ${locationId}`,
    },
    {
      id,
      path: [...path, 'analytiks'],
      what: isReferenced && `Analytiks reference ${brandId} ${referenceNumber}`,
    },
  ]
}

function websiteClaims(
  { id, origin, origins, zenovay, posthog, datadog }: NonNullable<Claimants['websites'][number]>,
  path: Path,
) {
  const { projectId, environmentId } = posthog ?? {}
  return [
    { id, path: [...path, 'id'], what: `website id ${id}` },
    { id, path: [...path, 'origin'], what: origin && `origin ${origin}` },
    // One entry may spell an origin in several ways.
    ...new Map(
      origins.map((other, index) => [
        other,
        { id, path: [...path, 'origins', index], what: `origin ${other}` },
      ]),
    )
      .entries()
      .flatMap(([other, claim]) => (other === undefined || other === origin ? [] : [claim])),
    { id, path: [...path, 'zenovay'], what: zenovay && `Zenovay website ${zenovay.websiteId}` },
    { id, path: [...path, 'posthog'], what: projectId && `PostHog project ${projectId}` },
    { id, path: [...path, 'posthog'], what: environmentId && `PostHog environment ${environmentId}` },
    { id, path: [...path, 'datadog'], what: datadog && `Datadog application ${datadog.applicationId}` },
  ]
}
