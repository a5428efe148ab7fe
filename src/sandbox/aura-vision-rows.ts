import { z } from 'zod'
import { noise, type Store, stores } from './world.ts'

/** The heatmap types of the vendor's page, in its order. */
export const heatmapTypes = [
  'path',
  'linger',
  'entry',
  'exit',
  'lingerPeopleCount',
  'lingerAverageTime',
  'lingerAccumulatedTime',
  'interaction',
] as const

/** The only request that is served. The vendor's page lists no other field, so unknown fields are refused. */
export const detailRequest = z.strictObject({
  action: z.literal('detail'),
  data: z.strictObject({
    id: z.string().min(1),
    route: z.literal('detail/list'),
    body: z.strictObject({
      returnEntityType: z.literal('heatmap'),
      entities: z.array(z.string()).min(1),
      entityType: z.literal('location'),
      filter: z
        .strictObject({
          start: z.iso.datetime({ offset: true }),
          end: z.iso.datetime({ offset: true }),
          heatmapType: z.array(z.enum(heatmapTypes)).min(1),
          roles: z.array(z.string()).optional(),
          ages: z.array(z.string()).optional(),
          genders: z.array(z.string()).optional(),
          taxonomy: z.string().optional(),
        })
        .refine(({ start, end }) => Date.parse(start) <= Date.parse(end)),
    }),
  }),
})

export type DetailBody = z.infer<typeof detailRequest>['data']['body']

/** A row as it is sent, without the image's URL; `day` and `slice` identify the image. */
export interface Recorded {
  readonly location: string
  readonly recording: string
  readonly day: string
  readonly slice: number
  readonly createdAt: Temporal.Instant
  readonly timeZone: string
  readonly role: string
  readonly age: string
  readonly gender: string
  readonly taxonomy: string
  readonly type: (typeof heatmapTypes)[number]
}

/** The organisation of the sandbox's credentials; it has every store of the world. */
export const organisation = '64a1b2c3d4e5f6a7b8c9d0e2'

/** The requested heatmaps; both ends of the range are inclusive, and none is later than `now`. */
export function listRecorded({ entities, filter }: DetailBody, now: Date): Recorded[] {
  const start = Temporal.Instant.from(filter.start)
  const until = Math.min(Date.parse(filter.end), now.getTime())
  const locations = entities.map(entity => entity.toLowerCase())
  return stores
    .filter(store => locations.includes(store.auraLocationId))
    .flatMap(store => [...daysOf(store, start, Temporal.Instant.fromEpochMilliseconds(until))])
    .filter(
      row =>
        row.createdAt.epochNanoseconds >= start.epochNanoseconds &&
        row.createdAt.epochMilliseconds <= until &&
        filter.heatmapType.includes(row.type) &&
        (filter.roles?.includes(row.role) ?? true) &&
        (filter.ages?.includes(row.age) ?? true) &&
        (filter.genders?.includes(row.gender) ?? true) &&
        (filter.taxonomy === undefined || `${row.taxonomy}:`.startsWith(`${filter.taxonomy}:`)),
    )
}

/** The row on the vendor's page, with its order of fields. */
export function writeRow(row: Recorded, url: string): Record<string, string> {
  return {
    organisation_id: organisation,
    location_id: row.location,
    recording_id: row.recording,
    url,
    created: zoneless(row.createdAt.toZonedDateTimeISO('UTC')),
    local_time: zoneless(row.createdAt.toZonedDateTimeISO(row.timeZone)),
    age: row.age,
    gender: row.gender,
    role: row.role,
    heatmap_type: row.type,
  }
}

/** The first day of the made-up world: bounds a range with a senseless start. */
const firstDay = '2020-01-01'

/** The week of the vendor's example request: the example is all that its store recorded then. */
const example = {
  location: '64a1b2c3d4e5f6a7b8c9d0e3',
  recording: '64a1b2c3d4e5f6a7b8c9d0e4',
  week: ['2024-04-01', '2024-04-07'],
  created: '2024-04-01T00:15:00.000Z',
} as const

const ages = ['18-24', '25-34', '35-44', '45-54', '55+']
const cameras = [
  { taxonomy: 'Entrance:Door', roles: ['customer', 'staff'] },
  // A value with a bar, which also separates the parts of a frame.
  { taxonomy: 'Service:Checkout', roles: ['customer', 'customer|staff'] },
]

function* daysOf(store: Store, start: Temporal.Instant, end: Temporal.Instant): Generator<Recorded> {
  const last = end.toZonedDateTimeISO(store.timeZone).toPlainDate()
  let day = start.toZonedDateTimeISO(store.timeZone).toPlainDate()
  if (`${day}` < firstDay) day = Temporal.PlainDate.from(firstDay)
  for (; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    const [from, to] = example.week
    if (store.auraLocationId === example.location && `${day}` >= from && `${day}` <= to)
      yield* exampleDay(store, `${day}`)
    else if (!store.closedOn.includes(day.dayOfWeek)) yield* openDay(store, day)
  }
}

function* openDay(store: Store, day: Temporal.PlainDate): Generator<Recorded> {
  const location = store.auraLocationId
  const opening = day.toZonedDateTime({ timeZone: store.timeZone, plainTime: { hour: store.opens } })
  for (const [camera, { taxonomy, roles }] of cameras.entries())
    for (const [slice, role] of roles.entries())
      for (const type of heatmapTypes)
        yield {
          location,
          recording: recordingOf(store, camera),
          day: `${day}`,
          slice,
          createdAt: opening.toInstant(),
          timeZone: store.timeZone,
          role,
          age: ages[Math.floor(noise(location, camera, slice, `${day}`, 'age') * ages.length)] ?? '',
          gender: noise(location, camera, slice, `${day}`, 'gender') < 0.5 ? 'female' : 'male',
          taxonomy,
          type,
        }
}

function* exampleDay(store: Store, day: string): Generator<Recorded> {
  const { location, recording } = example
  const createdAt = Temporal.Instant.from(example.created)
  if (day !== example.week[0]) return
  const seen = { role: 'customer', age: '25-34', gender: 'female', taxonomy: 'Entrance:Door' }
  for (const type of ['path', 'linger'] as const)
    yield { location, recording, day, slice: 0, createdAt, timeZone: store.timeZone, ...seen, type }
}

function recordingOf(store: Store, camera: number): string {
  if (store.auraLocationId === example.location && camera === 0) return example.recording
  return `64a1b2c3d4e5f6a7b8c9d1${(0x10 + store.locationId * 2 + camera).toString(16)}`
}

function zoneless(time: Temporal.ZonedDateTime): string {
  return time.toPlainDateTime().toString({ fractionalSecondDigits: 3 })
}
