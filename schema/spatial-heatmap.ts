import type { AuraHeatmap } from '../src/providers/aura-vision/wire.ts'
import {
  spatialHeatmapTypes,
  type SpatialHeatmapType as VendorType,
} from '../src/providers/aura-vision/wire.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { Heatmap, HeatmapImage } from './heatmap.ts'
import { Location } from './location.ts'
import { selectedFields } from './selection.ts'
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

const SpatialHeatmap = builder.objectRef<AuraHeatmap & { readonly provider: 'aura-vision' }>('SpatialHeatmap')
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
      resolve: ({ type }) => spatialHeatmapTypes.find(known => known === type) ?? null,
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
      description: 'Its picture. Costs no call.',
      resolve: ({ url }) =>
        url === null
          ? null
          : {
              state: 'READY' as const,
              link: url,
              contentType: null,
              width: null,
              retryAfterSeconds: null,
              failure: null,
            },
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
    extensions: checked<HeatmapArguments>(({ range, types, taxonomy, ...lists }) => {
      checkTimeRange(range)
      if (types.length === 0) throw new BadInput('types must name at least one type of heatmap.')
      for (const [name, members] of Object.entries(lists)) {
        if (Array.isArray(members) && members.length === 0) {
          throw new BadInput(`${name} must name at least one member, or be left out.`)
        }
      }
      if (taxonomy?.trim() === '') throw new BadInput('taxonomy must name a zone path, or be left out.')
    }),
    resolve: async ({ auraVisionId }, { range, types, ...filter }, { loaders }, info) => {
      if (auraVisionId === null) return null
      const rows = await loaders.auraVision.heatmaps.load({
        locationId: auraVisionId,
        types,
        filter: { ...range, ...filter },
        withImages: selectedFields(info).has('image'),
      })
      return rows.map(row => ({ ...row, provider: 'aura-vision' as const }))
    },
  }),
)
