import type { Catalog, Location, Website } from '../../catalog/catalog.ts'

/** The identities of some kinds in the catalog, with the entry that claims each: `zenovay:<uuid>`, `websites.shop`. */
export function identitiesOf(kinds: readonly string[], catalog: Catalog): ReadonlyMap<string, string> {
  const ofLocations = catalog.locations.flatMap(location =>
    locationIdentities(location).map(identity => [identity, `locations.${location.key}`] as const),
  )
  const ofWebsites = catalog.websites.flatMap(website =>
    websiteIdentities(website).map(identity => [identity, `websites.${website.key}`] as const),
  )
  const all = [...ofLocations, ...ofWebsites]
  return new Map(all.filter(([identity]) => kinds.includes(identity.slice(0, identity.indexOf(':')))))
}

function locationIdentities({ auraVisionId, analytiksId, brandId, referenceNumber }: Location): string[] {
  return [
    ...(auraVisionId === null ? [] : [`aura-vision:${auraVisionId}`]),
    ...(analytiksId === null ? [] : [`analytiks:${analytiksId}`]),
    ...(brandId === null || referenceNumber === null ? [] : [`reference:${brandId}:${referenceNumber}`]),
  ]
}

function websiteIdentities({ zenovayId, posthog, datadogApplicationId }: Website): string[] {
  return [
    ...(zenovayId === null ? [] : [`zenovay:${zenovayId}`]),
    ...(posthog === null
      ? []
      : [`${posthog.kind === 'projects' ? 'posthog' : 'posthog-environment'}:${posthog.id}`]),
    ...(datadogApplicationId === null ? [] : [`datadog:${datadogApplicationId}`]),
  ]
}
