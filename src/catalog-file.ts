import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { Catalog, type Location, type Website } from './catalog.ts'

/**
 * Reads a catalog's YAML text. Every problem comes back as a sentence that names the file, the line and the entry:
 * unknown keys, duplicate ids, an upstream id that is claimed twice.
 */
export function readCatalog(
  text: string,
  file: string,
): { readonly catalog: Catalog } | { readonly problems: readonly [string, ...string[]] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const parsed = catalogFile.safeParse(document.errors.length > 0 ? {} : (document.toJS() ?? {}))
  const [first, ...others] = [
    ...document.errors.map(error => ({ offset: error.pos[0], message: error.message.split('\n')[0] ?? '' })),
    ...(parsed.success ? claimedTwice(parsed.data) : issuesOf(parsed.error)).map(({ path, message }) => ({
      offset: offsetOf(document, path),
      message: `${entryName(document, path)}: ${message}`,
    })),
  ].map(({ offset, message }) => `${file}:${lines.linePos(offset).line}: ${message}`)
  if (first !== undefined) return { problems: [first, ...others] }
  const { locations, websites } = catalogFile.parse(document.toJS() ?? {})
  return { catalog: new Catalog(locations.map(toLocation), websites.map(toWebsite)) }
}

type Path = readonly (string | number)[]

interface Problem {
  readonly path: Path
  readonly message: string
}

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'must be letters, digits, dots, dashes and underscores')
/** YAML reads an unquoted 1 as a number. */
const upstreamId = z.union([z.string().min(1), z.int()]).transform(String)

const location = z.strictObject({
  id,
  name: z.string().min(1),
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/London').optional(),
  auraVision: z
    .strictObject({
      locationId: z
        .string()
        .regex(/^[\da-f]{24}$/i, 'must be 24 hexadecimal digits')
        .toLowerCase(),
    })
    .optional(),
  analytiks: z
    .strictObject({
      locationId: z.int().nonnegative().optional(),
      brandId: z.int().nonnegative().optional(),
      referenceNumber: upstreamId.optional(),
    })
    .refine(
      ({ locationId, brandId, referenceNumber }) =>
        locationId !== undefined || (brandId !== undefined && referenceNumber !== undefined),
      'must hold a locationId, or a brandId and a referenceNumber',
    )
    .optional(),
})

const website = z.strictObject({
  id,
  name: z.string().min(1),
  origin: z.string().refine(isOrigin, 'must be an origin such as https://shop.example.com').optional(),
  zenovay: z.strictObject({ websiteId: z.guid('must be a UUID').toLowerCase() }).optional(),
  posthog: z
    .strictObject({ projectId: upstreamId.optional(), environmentId: upstreamId.optional() })
    .refine(
      ({ projectId, environmentId }) => (projectId === undefined) !== (environmentId === undefined),
      'must hold either a projectId or an environmentId',
    )
    .optional(),
  datadog: z.strictObject({ applicationId: z.string().min(1) }).optional(),
  views: z
    .array(
      z.strictObject({
        path: z.string().refine(isPathPattern, 'must be a path pattern such as /products/:id'),
        viewName: z.string().min(1),
      }),
    )
    .default([]),
})

const catalogFile = z.strictObject({
  locations: z.array(location).default([]),
  websites: z.array(website).default([]),
})

type CatalogFile = z.output<typeof catalogFile>

function toLocation({
  id,
  name,
  timeZone,
  auraVision,
  analytiks,
}: CatalogFile['locations'][number]): Location {
  return {
    key: id,
    name,
    timeZone: timeZone ?? null,
    auraVisionId: auraVision?.locationId ?? null,
    analytiksId: analytiks?.locationId ?? null,
    brandId: analytiks?.brandId ?? null,
    referenceNumber: analytiks?.referenceNumber ?? null,
  }
}

function toWebsite({
  id,
  name,
  origin,
  zenovay,
  posthog,
  datadog,
  views,
}: CatalogFile['websites'][number]): Website {
  const { projectId, environmentId } = posthog ?? {}
  return {
    key: id,
    name,
    origin: origin ? new URL(origin).origin : null,
    zenovayId: zenovay?.websiteId ?? null,
    posthog:
      projectId !== undefined
        ? { kind: 'projects', id: projectId }
        : environmentId !== undefined
          ? { kind: 'environments', id: environmentId }
          : null,
    datadogApplicationId: datadog?.applicationId ?? null,
    views: views.map(({ path, viewName }) => ({ pattern: new URLPattern({ pathname: path }), viewName })),
  }
}

function claimedTwice({ locations, websites }: CatalogFile): Problem[] {
  const claims = [
    ...locations.flatMap(({ id, auraVision, analytiks }, index) => {
      const path = ['locations', index]
      const { brandId, referenceNumber } = analytiks ?? {}
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
          what: analytiks?.locationId !== undefined && `Analytiks location ${analytiks.locationId}`,
        },
        {
          id,
          path: [...path, 'analytiks'],
          what: referenceNumber !== undefined && `Analytiks reference ${brandId} ${referenceNumber}`,
        },
      ]
    }),
    ...websites.flatMap(({ id, origin, zenovay, posthog, datadog }, index) => {
      const path = ['websites', index]
      return [
        { id, path: [...path, 'id'], what: `website id ${id}` },
        { id, path: [...path, 'origin'], what: origin && `origin ${new URL(origin).origin}` },
        { id, path: [...path, 'zenovay'], what: zenovay && `Zenovay website ${zenovay.websiteId}` },
        {
          id,
          path: [...path, 'posthog'],
          what: posthog?.projectId && `PostHog project ${posthog.projectId}`,
        },
        {
          id,
          path: [...path, 'posthog'],
          what: posthog?.environmentId && `PostHog environment ${posthog.environmentId}`,
        },
        { id, path: [...path, 'datadog'], what: datadog && `Datadog application ${datadog.applicationId}` },
      ]
    }),
  ]
  const claimed = new Map<string, string>()
  return claims.flatMap(({ id, path, what }) => {
    if (!what) return []
    const holder = claimed.get(what)
    if (holder === undefined) claimed.set(what, id)
    return holder === undefined ? [] : [{ path, message: `${what} is claimed by ${holder} already` }]
  })
}

function issuesOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap(issue => {
    const path = issue.path.filter(key => typeof key !== 'symbol')
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
    return issue.keys.map(key => ({ path: [...path, key], message: 'is not a key that is known here' }))
  })
}

/** Where the nearest part of the path that the file holds begins. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

/** `locations.oxford-street.timeZone`: by the entry's id where it has one. */
function entryName(document: Document, [list, index, ...rest]: Path): string {
  const id: unknown = index === undefined ? undefined : document.getIn([list, index, 'id'])
  return [list, id ?? index, ...rest].filter(part => part !== undefined).join('.')
}

function isTimeZone(name: string): boolean {
  try {
    new Temporal.ZonedDateTime(0n, name)
    return true
  } catch {
    return false
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^/?#]+\/?$/.test(text)
}

function isPathPattern(path: string): boolean {
  try {
    return path.startsWith('/') && Boolean(new URLPattern({ pathname: path }))
  } catch {
    return false
  }
}
