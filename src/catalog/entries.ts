import { z } from 'zod'
import { addressOf, withNormalEscapes } from '../upstream/page-path.ts'
import { spelledUuid } from '../upstream/uuid.ts'
import { isVendorId, longestId } from '../upstream/vendor-id.ts'
import { Catalog, type Location, type Website } from './catalog.ts'

export const id = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]*$/i,
    'must begin with a letter or digit, and hold only those, dots, dashes and underscores',
  )
  .max(longestId, `must have at most ${longestId} characters`)
/** The catalog takes only ids that ids of the graph can hold. */
const upstreamId = z
  .string()
  .min(1)
  .refine(
    isVendorId,
    `must have at most ${longestId} characters, none of them a control character, and no part between colons that is . or ..`,
  )
const natural = whole(Number.MAX_SAFE_INTEGER, 'must be a whole number')
/** An Int of the graph. */
const brandId = whole(2 ** 31 - 1, 'must be a whole number up to 2147483647')

/** As IANA spells it: many clients find no zone by another case. */
const timeZone = z
  .string()
  .refine(isTimeZone, 'must be an IANA time zone such as Europe/London')
  .transform(name => new Temporal.ZonedDateTime(0n, name).timeZoneId)

export const location = z.strictObject({
  id,
  name: z.string().min(1),
  timeZone: timeZone.optional(),
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
      brandId: brandId.optional(),
      referenceNumber: upstreamId.optional(),
    })
    .refine(
      ({ locationId, brandId, referenceNumber }) =>
        locationId !== undefined || (brandId !== undefined && referenceNumber !== undefined),
      'must hold a locationId, or a brandId and a referenceNumber',
    )
    .optional(),
})

/** The form in which origins are compared: without a final dot of the host, a default port, or upper case. */
const origin = z
  .string()
  .refine(isOrigin, 'must be an origin such as https://shop.example.com')
  .transform(text => addressOf(new URL(text))?.origin ?? text)

export const website = z.strictObject({
  id,
  name: z.string().min(1),
  origin: origin.optional(),
  origins: z.array(origin).default([]),
  zenovay: z.strictObject({ websiteId: z.guid('must be a UUID').toLowerCase() }).optional(),
  posthog: z
    .strictObject({
      projectId: upstreamId.optional(),
      environmentId: upstreamId.optional(),
      timeZone: timeZone.optional(),
    })
    .refine(
      ({ projectId, environmentId }) => (projectId === undefined) !== (environmentId === undefined),
      'must hold either a projectId or an environmentId',
    )
    .optional(),
  datadog: z.strictObject({ applicationId: upstreamId.transform(spelledUuid) }).optional(),
  views: z
    .array(
      z.strictObject({
        path: z.string().refine(isPathPattern, 'must be a path pattern such as /products/:id'),
        viewName: z.string().min(1),
      }),
    )
    .default([]),
})

/** The form of a catalog's file; unknown keys are errors. */
export const catalogEntries = z.strictObject(
  {
    locations: list(location),
    websites: list(website),
  },
  { error: 'the file must hold locations and websites, each a key with a list below it' },
)

type CatalogEntries = z.output<typeof catalogEntries>

export function toCatalog({ locations, websites }: CatalogEntries): Catalog {
  return new Catalog(locations.map(toLocation), websites.map(toWebsite))
}

function toLocation({
  id,
  name,
  timeZone,
  auraVision,
  analytiks,
}: CatalogEntries['locations'][number]): Location {
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
  origins,
  zenovay,
  posthog,
  datadog,
  views,
}: CatalogEntries['websites'][number]): Website {
  const { projectId, environmentId } = posthog ?? {}
  const known = [...new Set([...(origin === undefined ? [] : [origin]), ...origins])]
  return {
    key: id,
    name,
    origin: known[0] ?? null,
    origins: known,
    zenovayId: zenovay?.websiteId ?? null,
    posthog:
      projectId !== undefined
        ? { kind: 'projects', id: projectId }
        : environmentId !== undefined
          ? { kind: 'environments', id: environmentId }
          : null,
    posthogTimeZone: posthog?.timeZone ?? null,
    datadogApplicationId: datadog?.applicationId ?? null,
    views: views.map(({ path, viewName }) => ({ pattern: patternOf(path), viewName })),
  }
}

function whole(maximum: number, problem: string) {
  return z
    .string()
    .regex(/^\d+$/, problem)
    .transform(Number)
    .refine(number => number <= maximum, problem)
}

/** A key with nothing below it, or a missing key, is an empty list. */
function list<Schema extends z.ZodType>(schema: Schema) {
  return z
    .array(schema)
    .nullish()
    .transform(entries => entries ?? [])
}

function isTimeZone(name: string): boolean {
  try {
    // Temporal takes an offset for a zone, but it has no summer time.
    return /^[a-z]/i.test(name) && Boolean(new Temporal.ZonedDateTime(0n, name))
  } catch {
    return false
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^/?#]+\/?$/i.test(text)
}

/** Throws if the text is no pattern. */
function patternOf(path: string): URLPattern {
  return new URLPattern({ pathname: withNormalEscapes(path) })
}

function isPathPattern(path: string): boolean {
  try {
    return path.startsWith('/') && Boolean(patternOf(path))
  } catch {
    return false
  }
}
