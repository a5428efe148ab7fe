import type { Context } from '../src/context.ts'
import type { PostHogHeatmap } from '../src/providers/posthog/wire.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { checkedPage, checkFirst, holdsPage, pageArguments, toConnection } from './connection.ts'
import { callCost, connectionSize, listSize, sized } from './costs.ts'
import { PageHeatmap, toRecord } from './page-heatmap.ts'
import { View, type ViewRecord } from './view.ts'
import { originsOf, Website } from './website.ts'

const PageHeatmapEdge = builder.edgeObject({
  type: PageHeatmap,
  name: 'PageHeatmapEdge',
  description: 'A page heatmap and its cursor.',
})
const PageHeatmapConnection = builder.connectionObject(
  { type: PageHeatmap, name: 'PageHeatmapConnection', description: 'Some saved heatmaps of a website.' },
  PageHeatmapEdge,
)

builder.objectField(Website, 'heatmaps', t =>
  t.field({
    type: PageHeatmapConnection,
    requiresScopes: [['heatmaps:read']],
    cost: callCost,
    listSize: connectionSize,
    description:
      'Its saved heatmaps at PostHog, most recently changed first. Costs one call for every 500 that are needed. Null for a website that PostHog does not know.',
    args: pageArguments(),
    extensions: checkedPage(),
    resolve: async ({ posthog }, page, { loaders }) => {
      if (!posthog) return null
      const listing = {
        name: `heatmaps of ${posthog.kind} ${posthog.id}`,
        keyOf: ({ id }: PostHogHeatmap) => id,
        sortOf: ({ updatedAt }: PostHogHeatmap) => (updatedAt === null ? null : Date.parse(updatedAt)),
      }
      const { rows, hasEnded } = await loaders.posthog
        .savedHeatmaps(posthog)
        .until(read => holdsPage(read, listing, page))
      const { edges, pageInfo } = toConnection(rows, listing, page, !hasEnded)
      return { pageInfo, edges: edges.map(({ cursor, node }) => ({ cursor, node: toRecord(posthog, node) })) }
    },
  }),
)

builder.objectField(View, 'heatmaps', t =>
  t.field({
    type: [PageHeatmap],
    cost: callCost,
    listSize,
    description:
      "Its saved heatmaps at PostHog, in the order of PostHog's list, most recently changed first. First those with the page's URL; if there are none, those of its path with any query; then those of a path that differs in escapes or a final slash. A page without a query has those of its path. Reads the project's whole list once for all pages. Null for a website that PostHog does not know.",
    args: {
      first: t.arg.int({
        description: `The maximum number of heatmaps, 1 to ${mostHeatmaps}; by default all. \`heatmapCount\` says how many there are.`,
      }),
    },
    extensions: {
      ...checked<FirstArgument>(({ first }) => checkFirst(first, mostHeatmaps)),
      ...sized<FirstArgument>({ size: ({ first }) => first ?? assumedHeatmaps }),
    },
    resolve: async (view, { first }: FirstArgument, context) => {
      const heatmaps = await heatmapsOf(view, context)
      const { posthog } = view.website
      return posthog && heatmaps?.slice(0, first ?? undefined).map(row => toRecord(posthog, row))
    },
  }),
)

builder.objectField(View, 'heatmapCount', t =>
  t.int({
    requiresScopes: [['heatmaps:read']],
    cost: callCost,
    description:
      'How many `heatmaps` the page has, regardless of `first`. Costs the same as they do. Null if they are.',
    resolve: async (view, _args, context) => (await heatmapsOf(view, context))?.length ?? null,
  }),
)

const mostHeatmaps = 100
/** As many as a page usually has. */
const assumedHeatmaps = 5

interface FirstArgument {
  readonly first?: number | null | undefined
}

async function heatmapsOf(view: ViewRecord, context: Context) {
  const { posthog } = view.website
  if (!posthog) return null
  const origins = await originsOf(view.website, context)
  if (origins.length === 0) return null
  return await context.loaders.posthog.heatmapsOfPage(posthog, origins, view.path)
}
