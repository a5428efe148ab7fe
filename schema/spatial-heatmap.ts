import type { Context } from '../src/context.ts'
import { maximumWidth } from '../src/images/references.ts'
import type { AuraHeatmap } from '../src/providers/aura-vision/wire.ts'
import {
  spatialHeatmapTypes,
  type SpatialHeatmapType as VendorType,
} from '../src/providers/aura-vision/wire.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { Heatmap, HeatmapImage, type Image } from './heatmap.ts'
import { checkHeatmapRange } from './heatmap-range.ts'
import { Location } from './location.ts'
import { checkScope } from './scopes.ts'
import { type Narrowing, parseSpatialHeatmapKey, printHeatmapKey } from './spatial-heatmap-key.ts'
import type { Instants } from './time-range.ts'

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
      description: 'How long people lingered in total.',
    },
    INTERACTION: { value: 'interaction', description: 'Where people interacted with something.' },
  } as const satisfies Record<string, { value: VendorType; description: string }>,
})

/** A row, with the question that listed it. */
export interface SpatialHeatmapRecord extends AuraHeatmap {
  readonly provider: 'aura-vision'
  readonly narrowing: Narrowing
  readonly range: Instants
}

export const SpatialHeatmap = builder.objectRef<SpatialHeatmapRecord>('SpatialHeatmap')
builder.node(SpatialHeatmap, {
  requiresScopes: [['heatmaps:read']],
  description:
    'A heatmap of a store floor from Aura Vision: one recording (camera), one type, one group of visitors.',
  interfaces: [Heatmap],
  isTypeOf: heatmap =>
    heatmap instanceof Object && 'provider' in heatmap && heatmap.provider === 'aura-vision',
  id: {
    description:
      'Such as `SpatialHeatmap:<location>:path:<the rest>`. The rest says which recording, moment, group of visitors and filters, and is encrypted, as it describes people: it stays the same until the operator replaces the key. Finding it again costs one narrow request.',
    resolve: (heatmap, _args, { seal }) => printHeatmapKey(heatmap, seal),
  },
  fields: t => ({
    location: t.field({
      type: Location,
      description: 'The location that it shows.',
      resolve: ({ locationId }, _args, { catalog }) => catalog.location(`aura-vision:${locationId}`) ?? null,
    }),
    organisationId: t.exposeID('organisationId', { description: "Aura Vision's id of the organisation." }),
    recordingId: t.exposeID('recordingId', {
      description: "Aura Vision's id of the recording, which is the camera's.",
    }),
    type: t.field({
      type: SpatialHeatmapType,
      description: 'What it shows.',
      resolve: heatmap => typeOf(heatmap),
    }),
    role: t.exposeString('role', {
      requiresScopes: [['people:read']],
      description: 'The role of the people it shows, such as `customer`; free text.',
    }),
    age: t.exposeString('age', {
      requiresScopes: [['people:read']],
      description: 'Their age bucket, such as `25-34`; free text.',
    }),
    gender: t.exposeString('gender', {
      requiresScopes: [['people:read']],
      description: 'Their gender as Aura Vision estimates it; free text.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was made, in UTC. Aura Vision sends no time zone.',
    }),
    localTime: t.expose('localTime', {
      type: 'LocalDateTime',
      description: "When it was made, by the store's own clock, from Aura Vision.",
    }),
    image: t.field({
      type: HeatmapImage,
      description:
        'Its image. Costs no call. Null if Aura Vision sends none, or does not say when it was made.',
      args: {
        width: t.arg.int({
          description: `The width to serve, in pixels, 1 to ${maximumWidth}. A narrower image is served as it is.`,
        }),
      },
      extensions: checked<{ readonly width?: number | null }>(({ width }) => {
        if (width != null && (width < 1 || width > maximumWidth))
          throw new BadInput(`width must be from 1 to ${maximumWidth}, not ${width}.`)
      }),
      resolve: (heatmap, { width = null }) => imageOf(heatmap, width),
    }),
  }),
})

/** Finds a heatmap by the key behind `SpatialHeatmap:`; throws BadInput if the key is invalid or the heatmap is gone. */
export async function findSpatialHeatmap(
  key: string,
  { loaders, caller, seal }: Context,
): Promise<SpatialHeatmapRecord> {
  const { made, narrowing, range, isSealed, ...row } = parseSpatialHeatmapKey(key, seal)
  // The filters of the question are part of the id: with ids that are not encrypted, anybody could try out groups of visitors.
  if (narrowing.roles || narrowing.ages || narrowing.genders || !(isSealed || isOfAnybody(row)))
    checkScope('people:read', caller, 'A SpatialHeatmap of chosen visitors')
  const { locationId, type } = row
  if (made !== null) {
    const found = await loaders['aura-vision'].rows.load({ ...row, ...narrowing, createdAt: made })
    return { ...found, provider: 'aura-vision', narrowing, range }
  }
  checkHeatmapRange(range)
  const filter = { ...range, ...narrowing }
  const rows = await loaders['aura-vision'].heatmaps.load({ locationId, types: [type], filter })
  const names = ['recordingId', 'role', 'age', 'gender'] as const
  const found = rows.find(other => other.createdAt === null && names.every(name => other[name] === row[name]))
  if (!found) throw new BadInput(`No spatial heatmap has the id "${key}" any more.`)
  return { ...found, provider: 'aura-vision', narrowing, range }
}

function isOfAnybody({ role, age, gender }: Pick<AuraHeatmap, 'role' | 'age' | 'gender'>): boolean {
  return role === null && age === null && gender === null
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
