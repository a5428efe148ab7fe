import type { Website as WebsiteRecord } from '../src/catalog/catalog.ts'
import type { Context } from '../src/context.ts'
import type { ZenovayWebsite } from '../src/providers/zenovay/wire.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { addressOf, type PageAddress } from '../src/upstream/page-path.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { checkedPage, holdsPage, pageArguments, toConnection } from './connection.ts'
import { callCost, connectionSize } from './costs.ts'
import { checkIdentity } from './route-id.ts'

export const Website = builder.objectRef<WebsiteRecord>('Website')
builder.node(Website, {
  description:
    "A website. The catalog maps it to each vendor's own id; without a catalog entry it has one vendor's id only.",
  id: { description: 'Such as `Website:shop` or `Website:zenovay:<uuid>`.', resolve: website => website.key },
  fields: t => ({
    name: t.string({
      authenticated: true,
      cost: callCost,
      description: "The name in the catalog, otherwise Zenovay's, which costs its list of websites.",
      resolve: async (website, _args, context) =>
        website.name ?? (await atZenovay(website, context))?.name ?? null,
    }),
    origin: t.field({
      type: 'URL',
      authenticated: true,
      cost: callCost,
      description:
        "Scheme and host: the first in the catalog, otherwise Zenovay's, which costs its list of websites. Null if this origin finds another website: the catalog's, or an earlier one of Zenovay's list.",
      resolve: (website, _args, context) => originOf(website, context),
    }),
    zenovayId: t.exposeID('zenovayId', { description: "Zenovay's id of the website, a UUID." }),
    posthogProjectId: t.id({
      description: "PostHog's project id; null if an environment is mapped.",
      resolve: ({ posthog }) => (posthog?.kind === 'projects' ? posthog.id : null),
    }),
    posthogEnvironmentId: t.id({
      description: "PostHog's environment id, for its older routes; null if a project is mapped.",
      resolve: ({ posthog }) => (posthog?.kind === 'environments' ? posthog.id : null),
    }),
    datadogApplicationId: t.exposeID('datadogApplicationId', {
      description: "Datadog's RUM application id.",
    }),
  }),
})

const WebsiteBy = builder.inputType('WebsiteBy', {
  description: 'One way to name a website.',
  isOneOf: true,
  fields: t => ({
    id: t.id({ description: 'The `id` of a Website, or the id that the catalog gives it.' }),
    zenovayId: t.id({ description: "Zenovay's id of the website, a UUID." }),
    posthogProjectId: t.id({ description: "PostHog's project id." }),
    posthogEnvironmentId: t.id({ description: "PostHog's environment id, for its older routes." }),
    datadogApplicationId: t.id({ description: "Datadog's RUM application id." }),
    origin: t.field({
      type: 'URL',
      description:
        "Scheme and host. The catalog may have several for one website; others are looked up in Zenovay's list.",
    }),
  }),
})

const WebsiteEdge = builder.edgeObject({
  type: Website,
  name: 'WebsiteEdge',
  description: 'A website and its cursor.',
})
const WebsiteConnection = builder.connectionObject(
  { type: Website, name: 'WebsiteConnection', description: 'A page of websites.' },
  WebsiteEdge,
)

builder.queryFields(t => ({
  website: t.field({
    authenticated: true,
    type: Website,
    cost: callCost,
    description:
      'One website, by exactly one of its identities. Null with an error if no website has this origin.',
    args: { by: t.arg({ type: WebsiteBy, required: true, description: 'Exactly one identity.' }) },
    extensions: checked<{ readonly by: object }>(({ by }) => checkIdentity(by)),
    resolve: (_root, { by }, context) => {
      const { origin, ...identities } = by
      if (origin == null) return findWebsite(context.catalog, websiteKey(identities))
      if (identitiesIn(identities).length > 0) throw new BadInput(exactlyOne)
      return websiteAt(addressAt(origin).origin, context)
    },
  }),
  websites: t.field({
    authenticated: true,
    type: WebsiteConnection,
    cost: callCost,
    listSize: connectionSize,
    description:
      "The catalog's websites in its order, then the websites that only Zenovay lists. A page that reaches those costs Zenovay's list; until then `hasNextPage` is true.",
    args: pageArguments(),
    extensions: checkedPage(),
    resolve: async (_root, page, context) => {
      const { catalog } = context
      const listing = { name: 'websites', keyOf: (website: WebsiteRecord) => website.key }
      if (!knowsZenovay(context)) return toConnection(catalog.websites, listing, page)
      if (holdsPage(catalog.websites, listing, page))
        return toConnection(catalog.websites, listing, page, true)
      return toConnection([...catalog.websites, ...(await unlisted(context))], listing, page)
    },
  }),
}))

/** Finds a website by the key behind `Website:`; throws BadInput if it names none. */
export function findWebsite(catalog: Context['catalog'], key: string): WebsiteRecord {
  const website = catalog.website(key)
  if (!website) throw new BadInput(`No website has the id "${key}".`)
  return website
}

/** The origin and path of a page; throws BadInput for a URL that cannot be a page. */
export function addressAt(url: URL): PageAddress {
  const address = addressOf(url)
  if (!address) throw new BadInput('A website is known by a URL with http or https and a host.')
  return address
}

/** The website at an origin: the catalog's, otherwise Zenovay's; throws BadInput if neither has it. */
export async function websiteAt(origin: string, context: Context): Promise<WebsiteRecord> {
  const { catalog, loaders } = context
  const known = catalog.websiteAt(origin)
  if (known) return known
  if (!knowsZenovay(context)) throw new BadInput(`No website of the catalog has the origin "${origin}".`)
  const found = firstAt(origin, await loaders.zenovay.websites())
  if (found) return findWebsite(catalog, `zenovay:${found.id}`)
  throw new BadInput(`No website has the origin "${origin}", in the catalog or in Zenovay's list.`)
}

/** The origin that finds the website; null if neither the catalog nor Zenovay has one, or it finds another website. */
export async function originOf(website: WebsiteRecord, context: Context): Promise<string | null> {
  if (website.origin !== null) return website.origin
  const [origin] = await originsOf(website, context)
  if (origin === undefined || context.catalog.websiteAt(origin)) return null
  const found = firstAt(origin, await context.loaders.zenovay.websites())
  return found?.id === website.zenovayId ? origin : null
}

/** The origins of its pages, including one that finds another website; none if neither the catalog nor Zenovay has one. */
export async function originsOf(website: WebsiteRecord, context: Context): Promise<readonly string[]> {
  if (website.origins.length > 0) return website.origins
  return [(await atZenovay(website, context))?.origin ?? []].flat()
}

function firstAt(origin: string, websites: readonly ZenovayWebsite[]): ZenovayWebsite | undefined {
  return websites.find(website => website.origin === origin)
}

async function atZenovay(
  { zenovayId }: WebsiteRecord,
  { loaders }: Context,
): Promise<ZenovayWebsite | undefined> {
  if (zenovayId === null) return undefined
  return (await loaders.zenovay.websites()).find(website => website.id === zenovayId)
}

function knowsZenovay({ providers }: Context): boolean {
  return providers.some(({ name, status }) => name === 'zenovay' && status !== 'NOT_CONFIGURED')
}

async function unlisted({ catalog, loaders }: Context): Promise<WebsiteRecord[]> {
  const websites = await loaders.zenovay.websites()
  return websites
    .filter(({ id }) => !catalog.websites.some(({ zenovayId }) => zenovayId === id))
    .map(({ id }) => findWebsite(catalog, `zenovay:${id}`))
}

type Identities = Omit<typeof WebsiteBy.$inferInput, 'origin'>

/** The key of the one identity given; throws BadInput for none and for several. */
export function websiteKey(by: Identities): string {
  const [key, ...others] = identitiesIn(by)
  if (key === undefined || others.length > 0) throw new BadInput(exactlyOne)
  return key
}

const exactlyOne = 'by has exactly one member.'

function identitiesIn(by: Identities): string[] {
  return [
    by.id?.replace(/^Website:/, ''),
    by.zenovayId != null ? `zenovay:${by.zenovayId}` : undefined,
    by.posthogProjectId != null ? `posthog:${by.posthogProjectId}` : undefined,
    by.posthogEnvironmentId != null ? `posthog-environment:${by.posthogEnvironmentId}` : undefined,
    by.datadogApplicationId != null ? `datadog:${by.datadogApplicationId}` : undefined,
  ].filter(key => key !== undefined)
}
