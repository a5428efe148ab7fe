import type { Location as LocationRecord } from '../src/catalog/catalog.ts'
import type { Context } from '../src/context.ts'
import type { SpatialHeatmapType as VendorType } from '../src/providers/aura-vision/wire.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { checkFirst, type PageArguments, pageArguments, toConnection } from './connection.ts'
import { callCost, connectionSize, sized } from './costs.ts'
import { checkHeatmapRange, instantsOf, longestDays } from './heatmap-range.ts'
import { Location } from './location.ts'
import { argumentScope } from './scopes.ts'
import { SpatialHeatmap, type SpatialHeatmapRecord, SpatialHeatmapType } from './spatial-heatmap.ts'
import { longestNarrowing, narrowingLength, narrowingOf, printHeatmapKey } from './spatial-heatmap-key.ts'
import { TimeRange, type TimeRangeInput } from './time-range.ts'

interface HeatmapArguments {
  readonly range: TimeRangeInput
  readonly types: readonly VendorType[]
  readonly roles?: readonly string[] | null | undefined
  readonly ages?: readonly string[] | null | undefined
  readonly genders?: readonly string[] | null | undefined
  readonly taxonomy?: string | null | undefined
}

const heatmapArguments = builder.args(t => ({
  range: t.field({
    type: TimeRange,
    required: true,
    description:
      'When the heatmaps were made: between `start` and `end`, which are its own members, unlike in the range of `traffic`; or on days of the place\'s own calendar, such as `{ last: "P7D" }`, `{ period: LAST_WEEK }` or a `{ before: … }` of these, if its time zone is known. Half-open, at most three years (1,098 days).',
  }),
  types: t.field({
    type: [SpatialHeatmapType],
    required: true,
    description: 'The types of heatmap; at least one.',
  }),
  roles: t.stringList({
    extensions: argumentScope('people:read'),
    description: 'Only people in these roles, such as `customer` or `staff`. Everyone by default.',
  }),
  ages: t.stringList({
    extensions: argumentScope('people:read'),
    description: 'Only people in these age buckets, such as `25-34`. Everyone by default.',
  }),
  genders: t.stringList({
    extensions: argumentScope('people:read'),
    description: 'Only people of these genders, such as `female`. Everyone by default.',
  }),
  taxonomy: t.string({ description: 'Only this zone path, such as `Service:Checkout`.' }),
}))

const SpatialHeatmapEdge = builder.edgeObject({
  type: SpatialHeatmap,
  name: 'SpatialHeatmapEdge',
  description: 'A spatial heatmap and its cursor.',
})
const SpatialHeatmapConnection = builder.connectionObject(
  { type: SpatialHeatmap, name: 'SpatialHeatmapConnection', description: 'Some heatmaps of a location.' },
  SpatialHeatmapEdge,
)

const maximumHeatmaps = 1000

builder.objectFields(Location, t => ({
  heatmaps: t.field({
    type: [SpatialHeatmap],
    cost: callCost,
    listSize: { assumedSize: 100 },
    description:
      "Heatmaps of the store's floor from Aura Vision: one row for each recording, type and group of visitors. All locations and types with the same range and filters share requests: one for every 50 locations and 31 days by default. Null for a location that Aura Vision does not know.",
    args: heatmapArguments,
    extensions: {
      ...sized<HeatmapArguments>({ size: rowsOf }),
      ...checked<HeatmapArguments>(checkHeatmaps),
    },
    resolve: (location, args, context) => heatmapsOf(location, args, context),
  }),
  heatmapConnection: t.field({
    type: SpatialHeatmapConnection,
    requiresScopes: [['heatmaps:read']],
    cost: callCost,
    listSize: connectionSize,
    description:
      'The same list in pages. Costs what `heatmaps` costs, and nothing beside it. Null for a location that Aura Vision does not know.',
    args: { ...heatmapArguments, ...pageArguments(maximumHeatmaps) },
    extensions: checked<HeatmapArguments & PageArguments>(({ first, after: _after, ...args }) => {
      checkFirst(first, maximumHeatmaps)
      checkHeatmaps(args)
    }),
    resolve: async (location, { first, after, ...args }, context) => {
      const rows = await heatmapsOf(location, args, context)
      const keys = new Map<SpatialHeatmapRecord, string>()
      const keyOf = (row: SpatialHeatmapRecord) =>
        keys.getOrInsertComputed(row, () => printHeatmapKey(row, context.seal))
      const listing = { name: `heatmaps of ${location.auraVisionId}`, keyOf }
      return rows && toConnection(rows, listing, { first, after })
    },
  }),
}))

async function heatmapsOf(
  { auraVisionId, timeZone }: LocationRecord,
  { range: asked, types, ...filter }: HeatmapArguments,
  { loaders, days }: Context,
): Promise<SpatialHeatmapRecord[] | null> {
  if (auraVisionId === null) return null
  const range = instantsOf(asked, timeZone, days)
  const rows = await loaders['aura-vision'].heatmaps.load({
    locationId: auraVisionId,
    types,
    filter: { ...range, ...filter },
  })
  const narrowing = narrowingOf(filter)
  return rows.map(row => ({ ...row, provider: 'aura-vision' as const, narrowing, range }))
}

function checkHeatmaps({ range, types, taxonomy, ...lists }: HeatmapArguments): void {
  checkHeatmapRange(range)
  if (types.length === 0) throw new BadInput('types must name at least one type of heatmap.')
  for (const [name, members] of Object.entries(lists)) {
    if (!Array.isArray(members)) continue
    if (members.length === 0) throw new BadInput(`${name} must name at least one member, or be left out.`)
  }
  if (taxonomy?.trim() === '') throw new BadInput('taxonomy must name a zone path, or be left out.')
  if (narrowingLength({ taxonomy, ...lists }) > longestNarrowing)
    throw new BadInput(`roles, ages, genders and taxonomy may have ${longestNarrowing} characters in all.`)
}

/** The assumed rows of one location, type and day without a filter by role: two cameras by two roles. */
const assumedRows = 4

function rowsOf({ range, types, roles }: HeatmapArguments): number {
  return Math.ceil(longestDays(range)) * types.length * (roles?.length ?? assumedRows)
}
