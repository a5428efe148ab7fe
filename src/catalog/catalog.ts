import type { PostHogScope } from '../providers/posthog/client.ts'
import { decoded, likeness, pathnameOf } from '../upstream/page-path.ts'
import { isUuid, spelledUuid } from '../upstream/uuid.ts'
import { isVendorId } from '../upstream/vendor-id.ts'

/** A store, with the identities that it has at the vendors. */
export interface Location {
  /** Its catalog id, or an upstream identity such as `analytiks:1` for a store that is not in the catalog. */
  readonly key: string
  readonly name: string | null
  /** IANA name. Without it, times are known only by the store's own clock. */
  readonly timeZone: string | null
  readonly auraVisionId: string | null
  readonly analytiksId: number | null
  readonly brandId: number | null
  readonly referenceNumber: string | null
}

/** A website, with the identities that it has at the vendors. */
export interface Website {
  /** Its catalog id, or an upstream identity such as `zenovay:<uuid>`. */
  readonly key: string
  readonly name: string | null
  readonly origin: string | null
  /** The origins of its pages; `origin` is the first of them. */
  readonly origins: readonly string[]
  readonly zenovayId: string | null
  readonly posthog: PostHogScope | null
  /** IANA name; PostHog counts days by this clock. */
  readonly posthogTimeZone: string | null
  readonly datadogApplicationId: string | null
  /** In the catalog's order; the first pattern that matches a path names its view. */
  readonly views: readonly ViewName[]
}

export interface ViewName {
  readonly pattern: URLPattern
  readonly viewName: string
}

/** Says which upstream identities are the same thing. Anything else is still reachable by its upstream identity. */
export class Catalog {
  readonly locations: readonly Location[]
  readonly websites: readonly Website[]
  readonly #locationsByKey: ReadonlyMap<string, Location>
  readonly #locationsByAnalytiksId: ReadonlyMap<number | null, Location>
  readonly #locationsByReference: ReadonlyMap<string, Location>
  readonly #websitesByKey: ReadonlyMap<string, Website>
  readonly #websitesByZenovayId: ReadonlyMap<string | null, Website>
  readonly #websitesByOrigin: ReadonlyMap<string, Website>

  constructor(locations: readonly Location[] = [], websites: readonly Website[] = []) {
    this.locations = locations
    this.websites = websites
    this.#locationsByKey = new Map(locations.map(location => [location.key, location]))
    this.#locationsByAnalytiksId = new Map(locations.map(location => [location.analytiksId, location]))
    this.#locationsByReference = new Map(
      locations.flatMap(location =>
        location.referenceNumber === null
          ? []
          : [[`${location.brandId}:${location.referenceNumber}`, location] as const],
      ),
    )
    this.#websitesByKey = new Map(websites.map(website => [website.key, website]))
    this.#websitesByZenovayId = new Map(websites.map(website => [website.zenovayId, website]))
    this.#websitesByOrigin = new Map(
      websites.flatMap(website => website.origins.map(origin => [origin, website] as const)),
    )
  }

  /** By catalog id, or `aura-vision:<id>`, `analytiks:<id>`, `reference:<brand>:<number>`; undefined for any other text. */
  location(key: string): Location | undefined {
    const [kind, ...rest] = key.split(':')
    const id = rest.join(':')
    if (!id) return this.#locationsByKey.get(key)
    if (kind === 'aura-vision' && /^[\da-f]{24}$/i.test(id)) return this.#auraVisionLocation(id.toLowerCase())
    if (kind === 'analytiks' && isNatural(id, Number.MAX_SAFE_INTEGER))
      return this.#analytiksLocation(Number(id))
    if (kind === 'reference') {
      const [brandId = '', ...parts] = rest
      const number = parts.join(':')
      if (isNatural(brandId, maximumBrandId) && number)
        return this.#referencedLocation(Number(brandId), number)
    }
    return undefined
  }

  /** A location of a brand that Analytiks lists: its catalog entry may name only the brand's own number. */
  listedLocation(brandId: number, analytiksId: number, referenceNumber: string | null): Location {
    const isKnown = this.#locationsByAnalytiksId.has(analytiksId)
    const named = this.#locationsByReference.get(`${brandId}:${referenceNumber}`)
    // A number may be the text "null".
    const isIts = !isKnown && referenceNumber !== null && named?.analytiksId === null
    return isIts ? named : this.#analytiksLocation(analytiksId)
  }

  /** By catalog id, or `zenovay:<uuid>`, `posthog:<project>`, `posthog-environment:<environment>`, `datadog:<application>`. */
  website(key: string): Website | undefined {
    const [kind, ...rest] = key.split(':')
    const id = rest.join(':')
    if (!id) return this.#websitesByKey.get(key)
    if (kind === 'zenovay' && isUuid(id)) return this.#zenovayWebsite(id.toLowerCase())
    if (!isVendorId(id)) return undefined
    if (kind === 'posthog') return this.#posthogWebsite({ kind: 'projects', id })
    if (kind === 'posthog-environment') return this.#posthogWebsite({ kind: 'environments', id })
    if (kind === 'datadog') return this.#datadogWebsite(spelledUuid(id))
    return undefined
  }

  /** The catalog's website with this origin. */
  websiteAt(origin: string): Website | undefined {
    return this.#websitesByOrigin.get(origin)
  }

  /** The name of a page at Datadog: the catalog's if a pattern matches, else the path without query and fragment. */
  viewName(website: Website, path: string): string {
    return this.mappedViewName(website, path) ?? pathnameOf(path)
  }

  /** The possible names of a page at Datadog, the likeliest first: people may have named it by the path as they write it. */
  viewNames(website: Website, path: string): readonly string[] {
    const mapped = this.mappedViewName(website, path)
    if (mapped !== undefined) return [mapped]
    const pathname = pathnameOf(path)
    // Browsers keep escapes as a site writes them, and so does the vendor.
    const small = pathname.replace(/%[\dA-F]{2}/g, escaped => escaped.toLowerCase())
    return [...new Set([pathname, decoded(pathname), small, likeness(pathname)])]
  }

  /**
   * The view name of the first pattern that matches a path's pathname. If none does, the first that matches with or without a
   * final slash.
   */
  mappedViewName({ views }: Website, path: string): string | undefined {
    const pathname = pathnameOf(path)
    const exact = views.find(({ pattern }) => pattern.test({ pathname }))
    if (exact || pathname.length <= 1) return exact?.viewName
    const isSlashed = pathname.endsWith('/')
    const other = isSlashed ? pathname.slice(0, -1) : `${pathname}/`
    // With a slash added, a path would match every pattern of the paths below it.
    const isLike = ({ pattern }: ViewName) => isSlashed || pattern.pathname.endsWith('/')
    return views.find(view => isLike(view) && view.pattern.test({ pathname: other }))?.viewName
  }

  #auraVisionLocation(auraVisionId: string): Location {
    const known = this.locations.find(location => location.auraVisionId === auraVisionId)
    return known ?? { ...unnamedLocation, key: `aura-vision:${auraVisionId}`, auraVisionId }
  }

  #analytiksLocation(analytiksId: number): Location {
    const known = this.#locationsByAnalytiksId.get(analytiksId)
    return known ?? { ...unnamedLocation, key: `analytiks:${analytiksId}`, analytiksId }
  }

  #referencedLocation(brandId: number, referenceNumber: string): Location {
    const known = this.#locationsByReference.get(`${brandId}:${referenceNumber}`)
    return (
      known ?? {
        ...unnamedLocation,
        key: `reference:${brandId}:${referenceNumber}`,
        brandId,
        referenceNumber,
      }
    )
  }

  #zenovayWebsite(zenovayId: string): Website {
    const known = this.#websitesByZenovayId.get(zenovayId)
    return known ?? { ...unnamedWebsite, key: `zenovay:${zenovayId}`, zenovayId }
  }

  #posthogWebsite(posthog: PostHogScope): Website {
    const known = this.websites.find(
      website => website.posthog?.kind === posthog.kind && website.posthog.id === posthog.id,
    )
    const kind = posthog.kind === 'projects' ? 'posthog' : 'posthog-environment'
    return known ?? { ...unnamedWebsite, key: `${kind}:${posthog.id}`, posthog }
  }

  #datadogWebsite(datadogApplicationId: string): Website {
    const known = this.websites.find(website => website.datadogApplicationId === datadogApplicationId)
    return known ?? { ...unnamedWebsite, key: `datadog:${datadogApplicationId}`, datadogApplicationId }
  }
}

function isNatural(text: string, maximum: number): boolean {
  return /^\d+$/.test(text) && Number(text) <= maximum
}

/** Brand ids are 32-bit Ints in the graph. */
const maximumBrandId = 2 ** 31 - 1

const unnamedLocation: Omit<Location, 'key'> = {
  name: null,
  timeZone: null,
  auraVisionId: null,
  analytiksId: null,
  brandId: null,
  referenceNumber: null,
}

const unnamedWebsite: Omit<Website, 'key'> = {
  name: null,
  origin: null,
  origins: [],
  zenovayId: null,
  posthog: null,
  posthogTimeZone: null,
  datadogApplicationId: null,
  views: [],
}
