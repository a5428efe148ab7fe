import type { SpatialReference } from '../src/images/references.ts'
import type { AuraHeatmap } from '../src/providers/aura-vision/wire.ts'
import {
  spatialHeatmapTypes,
  type SpatialHeatmapType as VendorType,
} from '../src/providers/aura-vision/wire.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { callCost, sized } from './costs.ts'
import { Heatmap, HeatmapImage, type Image } from './heatmap.ts'
import { Location } from './location.ts'
import { checkTimeRange, TimeRange, type TimeRangeInput } from './time-range.ts'

export const SpatialHeatmapType = builder.enumType('SpatialHeatmapType', {
  description: 'What a spatial heatmap shows.',
  values: {
    PATH: { value: 'path', description: 'Where people walked.' },
    LINGER: { value: 'linger', description: 'Where people lingered.' },
    ENTRY: { value: 'entry', description: 'Where people came in.' },
    EXIT: { value: 'exit', description: 'Where people went out.' },
    LINGER_PEOPLE_COUNT: { value: 'lingerPeopleCount', description: 'How many people lingered.' },
    LINGER_AVERAGE_TIME: { value: 'lingerAverageTime', description: 'How long people lingered on average.' },
    LINGER_ACCUMULATED_TIME: {
      value: 'lingerAccumulatedTime',
      description: 'How long people lingered in all.',
    },
    INTERACTION: { value: 'interaction', description: 'Where people interacted with what is there.' },
  } as const satisfies Record<string, { value: VendorType; description: string }>,
})

/** A row, and what else the question narrowed it by. */
interface SpatialHeatmapRecord extends AuraHeatmap {
  readonly provider: 'aura-vision'
  readonly narrowing: Pick<SpatialReference, 'roles' | 'ages' | 'genders' | 'taxonomy'>
}

const SpatialHeatmap = builder.objectRef<SpatialHeatmapRecord>('SpatialHeatmap')
SpatialHeatmap.implement({
  description:
    'A heatmap of a store floor from Aura Vision: one recording (camera), one type, one slice of visitors.',
  interfaces: [Heatmap],
  isTypeOf: heatmap =>
    heatmap instanceof Object && 'provider' in heatmap && heatmap.provider === 'aura-vision',
  fields: t => ({
    location: t.field({
      type: Location,
      description: 'The location that it shows.',
      resolve: ({ locationId }, _args, { catalog }) => catalog.location(`aura-vision:${locationId}`) ?? null,
    }),
    organisationId: t.exposeID('organisationId', { description: "Aura Vision's id of the organisation." }),
    recordingId: t.exposeID('recordingId', {
      description: "Aura Vision's id of the recording, that is of the camera.",
    }),
    type: t.field({
      type: SpatialHeatmapType,
      description: 'What it shows.',
      resolve: heatmap => typeOf(heatmap),
    }),
    role: t.exposeString('role', {
      description: 'The role of the people it shows, such as `customer`; free text.',
    }),
    age: t.exposeString('age', { description: 'Their age bucket, such as `25-34`; free text.' }),
    gender: t.exposeString('gender', { description: 'Their gender as Aura Vision estimates it; free text.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was made, in UTC. Aura Vision sends it without a zone.',
    }),
    localTime: t.expose('localTime', {
      type: 'LocalDateTime',
      description: "The same by the store's own clock, as Aura Vision tells it.",
    }),
    image: t.field({
      type: HeatmapImage,
      description:
        'Its picture. Costs no call. Null where Aura Vision sends none, or does not say when it was made.',
      args: {
        width: t.arg.int({
          description: 'To be drawn at, in pixels, 1 to 4096; a narrower picture is served as it is.',
        }),
      },
      extensions: checked<{ readonly width?: number | null }>(({ width }) => {
        if (width != null && (width < 1 || width > 4096))
          throw new BadInput(`width must be from 1 to 4096, not ${width}.`)
      }),
      resolve: (heatmap, { width = null }) => imageOf(heatmap, width),
    }),
  }),
})

interface HeatmapArguments {
  readonly range: TimeRangeInput
  readonly types: readonly VendorType[]
  readonly roles?: readonly string[] | null | undefined
  readonly ages?: readonly string[] | null | undefined
  readonly genders?: readonly string[] | null | undefined
  readonly taxonomy?: string | null | undefined
}

builder.objectField(Location, 'heatmaps', t =>
  t.field({
    type: [SpatialHeatmap],
    cost: callCost,
    listSize: { assumedSize: 100 },
    description:
      "Heatmaps of the store's floor from Aura Vision: a row a recording, type and slice of visitors. All locations and types that are asked with the same range and filters share requests, by default one for every 50 locations and 31 days. Null for a location that Aura Vision does not know.",
    args: {
      range: t.arg({
        type: TimeRange,
        required: true,
        description:
          'When they were made: `start` and `end` directly, unlike the range of `traffic`. Half-open.',
      }),
      types: t.arg({
        type: [SpatialHeatmapType],
        required: true,
        description: 'What they show; at least one.',
      }),
      roles: t.arg.stringList({
        description: 'Only of people in these roles, such as `customer` or `staff`; of all when left out.',
      }),
      ages: t.arg.stringList({
        description: 'Only of people of these age buckets, such as `25-34`; of all when left out.',
      }),
      genders: t.arg.stringList({
        description: 'Only of people of these genders, such as `female`; of all when left out.',
      }),
      taxonomy: t.arg.string({ description: 'Only of this zone path, such as `Service:Checkout`.' }),
    },
    extensions: {
      ...sized<HeatmapArguments>({ size: rowsOf }),
      ...checked<HeatmapArguments>(({ range, types, taxonomy, ...lists }) => {
        checkTimeRange(range)
        if (types.length === 0) throw new BadInput('types must name at least one type of heatmap.')
        for (const [name, members] of Object.entries(lists)) {
          if (Array.isArray(members) && members.length === 0) {
            throw new BadInput(`${name} must name at least one member, or be left out.`)
          }
        }
        if (taxonomy?.trim() === '') throw new BadInput('taxonomy must name a zone path, or be left out.')
      }),
    },
    resolve: async ({ auraVisionId }, { range, types, ...filter }, { loaders }) => {
      if (auraVisionId === null) return null
      const rows = await loaders.auraVision.heatmaps.load({
        locationId: auraVisionId,
        types,
        filter: { ...range, ...filter },
      })
      const narrowing = narrowingOf(filter)
      return rows.map(row => ({ ...row, provider: 'aura-vision' as const, narrowing }))
    },
  }),
)

/** How many rows a location has of one type and day, where no roles are named: of two cameras by two roles. */
const assumedRows = 4

function rowsOf({ range, types, roles }: HeatmapArguments): number {
  const days = Math.ceil((range.end.getTime() - range.start.getTime()) / 86_400_000)
  return days * types.length * (roles?.length ?? assumedRows)
}

function typeOf({ type }: AuraHeatmap): VendorType | null {
  return spatialHeatmapTypes.find(known => known === type) ?? null
}

function imageOf(heatmap: SpatialHeatmapRecord, width: number | null): Image | null {
  const { provider, locationId, recordingId, role, age, gender, createdAt, hasImage, narrowing } = heatmap
  const type = typeOf(heatmap)
  if (!hasImage || createdAt === null || type === null) return null
  return {
    state: 'READY',
    reference: { provider, locationId, recordingId, type, role, age, gender, createdAt, ...narrowing },
    drawnWidth: width,
    contentType: null,
    width: null,
    requestedWidth: width,
    retryAfterSeconds: null,
    failure: null,
  }
}

function narrowingOf({
  roles,
  ages,
  genders,
  taxonomy,
}: Pick<HeatmapArguments, 'roles' | 'ages' | 'genders' | 'taxonomy'>): SpatialHeatmapRecord['narrowing'] {
  return {
    ...(roles && { roles: [...roles] }),
    ...(ages && { ages: [...ages] }),
    ...(genders && { genders: [...genders] }),
    ...(taxonomy && { taxonomy }),
  }
}
