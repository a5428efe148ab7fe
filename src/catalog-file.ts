import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml'
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
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Numbers stay as they are written: an upstream id would lose its leading zeros, and a long one its last digits.
    customTags: tags => tags.filter(tag => typeof tag === 'string' || !/:(int|float)$/.test(tag.tag)),
  })
  const syntaxProblems = [
    ...document.errors.map(({ pos, message }) => ({ offset: pos[0], message })),
    ...unresolvedAliases(document),
  ]
  const content: unknown = syntaxProblems.length > 0 ? {} : (document.toJS() ?? {})
  const parsed = catalogFile.safeParse(content)
  const [first, ...others] = [
    ...syntaxProblems,
    ...[...(parsed.success ? [] : issuesOf(parsed.error)), ...claimedTwice(claimants.parse(content))].map(
      ({ path, message }) => ({
        offset: offsetOf(document, path),
        message: path.length > 0 ? `${entryName(document, path)}: ${message}` : message,
      }),
    ),
  ].map(({ offset, message }) => `${file}:${lines.linePos(offset).line}: ${message}`)
  if (first !== undefined) return { problems: [first, ...others] }
  const { locations, websites } = catalogFile.parse(content)
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
const upstreamId = z.string().min(1)
const natural = z
  .string()
  .regex(/^\d+$/, 'must be a whole number')
  .transform(Number)
  .refine(Number.isSafeInteger, 'must be a whole number')

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
      locationId: natural.optional(),
      brandId: natural.optional(),
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

/** What each entry claims, read member by member: a problem with one hides no claim of another. */
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

function claimedTwice({ locations, websites }: Claimants): Problem[] {
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
  { id, origin, zenovay, posthog, datadog }: NonNullable<Claimants['websites'][number]>,
  path: Path,
) {
  const { projectId, environmentId } = posthog ?? {}
  return [
    { id, path: [...path, 'id'], what: `website id ${id}` },
    { id, path: [...path, 'origin'], what: origin && `origin ${new URL(origin).origin}` },
    { id, path: [...path, 'zenovay'], what: zenovay && `Zenovay website ${zenovay.websiteId}` },
    { id, path: [...path, 'posthog'], what: projectId && `PostHog project ${projectId}` },
    { id, path: [...path, 'posthog'], what: environmentId && `PostHog environment ${environmentId}` },
    { id, path: [...path, 'datadog'], what: datadog && `Datadog application ${datadog.applicationId}` },
  ]
}

function issuesOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap(issue => {
    const path = issue.path.filter(key => typeof key !== 'symbol')
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
    return issue.keys.map(key => ({ path: [...path, key], message: 'is not a key that is known here' }))
  })
}

/** An alias without its anchor is no syntax error to the parser, but nothing can be made of it. */
function unresolvedAliases(document: Document) {
  const problems: { readonly offset: number; readonly message: string }[] = []
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document)) return
      problems.push({ offset: alias.range?.[0] ?? 0, message: `*${alias.source} has no anchor before it` })
    },
  })
  return problems
}

/** Where the nearest part of the path that the file holds begins; a member begins with its key. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true)
    const member = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === path[length - 1])?.key
      : document.getIn(path.slice(0, length), true)
    if (isNode(member) && member.range) return member.range[0]
  }
  return 0
}

/** `locations.oxford-street.timeZone`: by the entry's id where it has one. */
function entryName(document: Document, [list, index, ...rest]: Path): string {
  const id: unknown = index === undefined ? undefined : document.getIn([list, index, 'id'])
  return [list, typeof id === 'string' ? id : index, ...rest].filter(part => part !== undefined).join('.')
}

function isTimeZone(name: string): boolean {
  try {
    // An offset is a zone to Temporal, but one that knows no summer time.
    return /^[a-z]/i.test(name) && Boolean(new Temporal.ZonedDateTime(0n, name))
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
