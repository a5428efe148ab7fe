import type { Website as WebsiteRecord } from '../src/catalog/catalog.ts'
import type { Context } from '../src/context.ts'
import type { ZenovayPage } from '../src/providers/zenovay/wire.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { spelledPath } from '../src/upstream/page-path.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { checkedPage, type Listing, pageArguments, toConnection } from './connection.ts'
import { callCost, connectionSize } from './costs.ts'
import { checkIdentity, splitViewKey } from './route-id.ts'
import { inOrder, sortValueOf, ViewOrder } from './view-order.ts'
import { addressAt, findWebsite, originOf, Website, websiteAt } from './website.ts'

/** A page of a website. Its totals are there if the list of pages brought them; otherwise a field asks for them. */
export interface ViewRecord {
  readonly website: WebsiteRecord
  /** In its canonical spelling, with query and fragment. */
  readonly path: string
  readonly page?: ZenovayPage
  /** With the page: the interactions of all pages in the same list. */
  readonly totalOfAll?: number | null
}

/** Zenovay's totals of a page: synchronous if they are known, since a promise for each row is expensive. */
const ofPage =
  <Value>(read: (page: ZenovayPage) => Value) =>
  (view: ViewRecord, _args: object, context: Context): Value | null | Promise<Value | null> => {
    if (view.page) return read(view.page)
    return pageOf(view, context).then(page => (page ? read(page) : null))
  }

/** The most pages that Zenovay lists: only the hundred most visited ones can be reached. */
const maximumPages = 100

export const View = builder.objectRef<ViewRecord>('View')
builder.node(View, {
  description:
    'A page of a website, known by its path at Zenovay, its URL at PostHog and its view name at Datadog.',
  id: {
    description: 'Such as `View:shop:/pricing`. A query and a fragment are part of it.',
    // The first slash begins the path.
    resolve: ({ website, path }) => `${website.key.replace(/[%/]/g, encodeURIComponent)}:${path}`,
  },
  fields: t => ({
    website: t.expose('website', {
      type: Website,
      nullable: false,
      description: 'The website that it belongs to.',
    }),
    path: t.exposeString('path', {
      nullable: false,
      description:
        'Its path, such as `/pricing` or `/search?page=2`, percent-encoded as in a URL, with query and fragment.',
    }),
    url: t.field({
      type: 'URL',
      authenticated: true,
      cost: callCost,
      description: "Its URL: the website's origin and the path. Null if the origin is not known.",
      resolve: (view, _args, context) => urlOf(view, context),
    }),
    name: t.string({
      nullable: false,
      description:
        "Datadog's name of the view: from the catalog's patterns, otherwise the path without query and fragment.",
      resolve: ({ website, path }, _args, { catalog }) => catalog.viewName(website, path),
    }),
    totalInteractions: t.field({
      requiresScopes: [['pages:read']],
      type: 'SafeInt',
      cost: callCost,
      description:
        "All interactions ever recorded, from Zenovay; several spellings of one path are added up. If Zenovay does not list the path, those of one that differs in escapes or a final slash, otherwise those of the path without its query. Null for a page outside the website's hundred most visited ones.",
      resolve: ofPage(page => page.totalInteractions),
    }),
    interactionShare: t.float({
      requiresScopes: [['pages:read']],
      cost: callCost,
      description:
        'Its share of the interactions of all pages that Zenovay lists for the website, from 0 to 1: of the hundred most visited ones. Null where `totalInteractions` is, and if nobody interacted with any page.',
      resolve: (view, _args, context) => {
        if (view.page) return shareOf(view.page, view.totalOfAll)
        return pagesOf(view.website, context).then(list => {
          const page = list?.find(view.path)
          return page ? shareOf(page, list?.totalInteractions) : null
        })
      },
    }),
    lastInteractionAt: t.field({
      requiresScopes: [['pages:read']],
      type: 'DateTime',
      cost: callCost,
      description: 'When the latest interaction was recorded, from Zenovay.',
      resolve: ofPage(page => page.lastInteractionAt),
    }),
  }),
})

const ViewBy = builder.inputType('ViewBy', {
  description: 'One way to name a page.',
  isOneOf: true,
  fields: t => ({
    id: t.id({ description: 'The `id` of a View.' }),
    url: t.field({ type: 'URL', description: 'Its URL, at any origin of its website.' }),
  }),
})

const ViewEdge = builder.edgeObject({ type: View, name: 'ViewEdge', description: 'A page and its cursor.' })
const ViewConnection = builder.connectionObject(
  {
    type: View,
    name: 'ViewConnection',
    description: 'Some pages of a website.',
    fields: t => ({
      leftOut: t.int({
        nullable: false,
        description:
          "How many rows of Zenovay's list are left out because they name no page of the website: another origin, or no URL.",
        resolve: ({ leftOut = 0 }) => leftOut,
      }),
      totalCount: t.int({
        nullable: false,
        description: 'How many pages Zenovay lists, whatever the page of the list: a hundred at most.',
        resolve: ({ totalCount = 0 }) => totalCount,
      }),
      totalInteractions: t.field({
        type: 'SafeInt',
        description:
          'The interactions of all these pages together, whatever the page of the list. Null if Zenovay reports none.',
        resolve: ({ totalInteractions = null }) => totalInteractions,
      }),
    }),
  },
  ViewEdge,
)

builder.objectFields(Website, t => ({
  views: t.field({
    type: ViewConnection,
    requiresScopes: [['pages:read']],
    cost: callCost,
    listSize: connectionSize,
    description:
      'Its most visited pages by all-time interactions, from Zenovay, most interactions first by default. Costs one call however many fields ask and in whichever order. Zenovay lists the first hundred only. A cursor works in the same order only. Null for a website that Zenovay does not know.',
    args: {
      ...pageArguments(maximumPages),
      orderBy: t.arg({
        type: ViewOrder,
        defaultValue: 'INTERACTIONS',
        description: 'The order of the list.',
      }),
    },
    extensions: checkedPage(maximumPages),
    resolve: async (website, { orderBy, ...page }, context) => {
      const list = await pagesOf(website, context)
      if (!list) return null
      const order = orderBy ?? 'INTERACTIONS'
      const { pages, leftOut, totalInteractions } = list
      const ordered = inOrder(pages, order)
      const views = ordered.map(page => ({ website, path: page.path, page, totalOfAll: totalInteractions }))
      const connection = toConnection(views, listingOf(website, order), page)
      return { ...connection, leftOut, totalCount: pages.length, totalInteractions }
    },
  }),
  view: t.field({
    type: View,
    nullable: false,
    description:
      'One of its pages, by path. Costs no call by itself, and does not check that the page exists.',
    args: {
      path: t.arg.string({
        required: true,
        description: 'Starts with a slash; any spelling, with query and fragment if it has them.',
      }),
    },
    extensions: checked<{ readonly path: string }>(({ path }) => checkPath(path)),
    resolve: (website, { path }) => ({ website, path: spelledPath(path) }),
  }),
}))

builder.queryField('view', t =>
  t.field({
    authenticated: true,
    type: View,
    cost: callCost,
    description: "One page of a website. Null with an error if no website has the URL's origin.",
    args: { by: t.arg({ type: ViewBy, required: true, description: 'Exactly one identity.' }) },
    extensions: checked<{ readonly by: object }>(({ by }) => checkIdentity(by)),
    resolve: async (_root, { by: { id, url } }, context) => {
      if ((id == null) === (url == null)) throw new BadInput('by has exactly one member.')
      if (!url) return findView(context.catalog, (id ?? '').replace(/^View:/, ''))
      return viewAt(url, context)
    },
  }),
)

/** Finds a page by the key behind `View:` (a website's key, a colon, a path); throws BadInput if it names none. */
export function findView(catalog: Context['catalog'], key: string): ViewRecord {
  const split = splitViewKey(key)
  if (!split) throw new BadInput(`No view has the id "${key}": it is a website's id, a colon and a path.`)
  return { website: findWebsite(catalog, split.key), path: spelledPath(split.path) }
}

/** The page at a URL; throws BadInput if no website has its origin. */
export async function viewAt(url: URL, context: Context): Promise<ViewRecord> {
  const { origin, path } = addressAt(url)
  return { website: await websiteAt(origin, context), path }
}

/** The URL of a page; null if its website's origin is not known. */
export async function urlOf({ website, path }: ViewRecord, context: Context): Promise<string | null> {
  const origin = await originOf(website, context)
  return origin === null ? null : `${origin}${path}`
}

async function pageOf(
  { website, path, page }: ViewRecord,
  context: Context,
): Promise<ZenovayPage | undefined> {
  return page ?? (await pagesOf(website, context))?.find(path)
}

function shareOf({ totalInteractions }: ZenovayPage, all: number | null | undefined): number | null {
  return totalInteractions === null || !all ? null : totalInteractions / all
}

function listingOf({ key }: WebsiteRecord, order: typeof ViewOrder.$inferType): Listing<ViewRecord> {
  const sortValue = sortValueOf(order)
  return {
    name: order === 'INTERACTIONS' ? `views of ${key}` : `views of ${key}\n${order}`,
    keyOf: ({ path }) => path,
    ...(sortValue && { sortOf: ({ page }) => (page ? sortValue(page) : null) }),
  }
}

/** Null for a website that Zenovay does not know. */
async function pagesOf({ zenovayId, origins }: WebsiteRecord, { loaders }: Context) {
  return zenovayId === null ? null : loaders.zenovay.pages.load({ websiteId: zenovayId, origins })
}

function checkPath(path: string): void {
  if (!path.startsWith('/')) throw new BadInput(`path must start with a slash, unlike "${path}".`)
}
