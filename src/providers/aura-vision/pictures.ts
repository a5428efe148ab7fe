import DataLoader from 'dataloader'
import { Answers } from '../../upstream/answers.ts'
import { UpstreamError } from '../../upstream/error.ts'
import type { Flight } from '../../upstream/flight.ts'
import { loadGroups, nameOf } from '../../upstream/groups.ts'
import type { Keeping } from '../../upstream/keeping.ts'
import { isPicture, type PictureAnswer } from '../../upstream/kept-pictures.ts'
import { asItIs, callOf } from '../../upstream/topic.ts'
import type { AuraVisionClient } from './client.ts'
import { narrowingName } from './narrowing.ts'
import { planRequests } from './plan.ts'
import type { AuraHeatmap, AuraHeatmapRow, HeatmapFilter, SpatialHeatmapType } from './wire.ts'

/** A picture by what its row says, and by what else narrowed the question: that may change what is drawn. */
export interface ImageKey
  extends Omit<HeatmapFilter, 'start' | 'end'>,
    Pick<AuraHeatmap, 'locationId' | 'recordingId' | 'role' | 'age' | 'gender'> {
  readonly type: SpatialHeatmapType
  /** In UTC, as the row has it. */
  readonly createdAt: string
}

/** A picture never changes once it is made. */
export const spatialPictureSeconds = 86_400

/** The pictures of one account: each is found anew by a URL that is signed for it, used at once and forgotten. */
export function pictureAnswers(
  client: AuraVisionClient,
  keeping: Keeping | undefined,
): Answers<ImageKey, PictureAnswer> {
  const urls = freshUrls(client)
  return new Answers<ImageKey, PictureAnswer>(
    {
      nameOf: imageName,
      callsOf: keys =>
        keys.map(key =>
          callOf(key, { route: 'detail/list', ...key }, async flight => ({
            picture: await client.picture(await urls({ key, flight }), flight, () => urls({ key, flight })),
          })),
        ),
      keepFor: () => spatialPictureSeconds * 1000,
      unpack: asItIs(isPicture),
    },
    keeping,
  )
}

interface Wanted {
  readonly key: ImageKey
  readonly flight: Flight
}

/** Finds URLs that are signed just now. */
type Urls = (wanted: Wanted) => Promise<string>

/** A page opens its pictures one by one: they are gathered until none came for a moment, both in milliseconds. */
const [moment, longestGathering] = [20, 250]

function freshUrls(client: AuraVisionClient): Urls {
  let gathered: (() => void) | undefined
  let latest = 0
  const loader = new DataLoader<Wanted, string>(wanted => findUrls(client, wanted), {
    cache: false,
    batchScheduleFn(load) {
      gathered = load
      latest = Date.now() + longestGathering
    },
  })
  let timer: NodeJS.Timeout | undefined
  return wanted => {
    const url = loader.load(wanted)
    clearTimeout(timer)
    timer = setTimeout(() => gathered?.(), Math.max(0, Math.min(moment, latest - Date.now())))
    return url
  }
}

/** Pictures that were made within the longest range of one request are looked for together. */
function findUrls(client: AuraVisionClient, wanted: readonly Wanted[]): Promise<(string | Error)[]> {
  const window = client.bounds.maximumDays * 86_400_000
  const groupOf = ({ key }: Wanted) =>
    nameOf(narrowingName(key), Math.floor(Date.parse(key.createdAt) / window))
  return loadGroups(wanted, groupOf, (group, { key }) => findGroup(client, group, key))
}

async function findGroup(
  client: AuraVisionClient,
  group: readonly Wanted[],
  { roles, ages, genders, taxonomy }: ImageKey,
): Promise<(string | Error)[]> {
  const keys = group.map(({ key }) => key)
  const times = keys.map(({ createdAt }) => Date.parse(createdAt))
  const filter = {
    start: new Date(Math.min(...times)),
    end: new Date(Math.max(...times)),
    roles,
    ages,
    genders,
    taxonomy,
  }
  const flight = togetherOf(group.map(({ flight }) => flight))
  const asked = new Map<string, Promise<readonly AuraHeatmapRow[]>>()
  for (const { locationIds, types } of planRequests(keys, client.bounds)) {
    const rows = client.heatmaps(locationIds, types, filter, flight)
    for (const locationId of locationIds) asked.set(locationId, rows)
  }
  return Promise.all(
    keys.map(async key => {
      try {
        const rows = (await asked.get(key.locationId)) ?? []
        return rows.find(row => isOf(row, key))?.url ?? notFound()
      } catch (error) {
        return error instanceof Error ? error : new Error('A request failed.', { cause: error })
      }
    }),
  )
}

function isOf(row: AuraHeatmapRow, key: ImageKey): boolean {
  const names = ['locationId', 'recordingId', 'type', 'role', 'age', 'gender', 'createdAt'] as const
  return names.every(name => row[name] === key[name])
}

function notFound(): UpstreamError {
  return new UpstreamError('aura-vision', 'UPSTREAM_NOT_FOUND', 'aura-vision has this picture no more.')
}

/** A flight that ends when all of them have. */
function togetherOf(flights: readonly Flight[]): Flight {
  const controller = new AbortController()
  let left = flights.length
  const end = () => {
    if (--left === 0) controller.abort()
  }
  for (const { signal } of flights) {
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  }
  return { signal: controller.signal }
}

function imageName(key: ImageKey): string {
  const { locationId, recordingId, type, role, age, gender, createdAt } = key
  return nameOf(narrowingName(key), locationId, recordingId, type, role, age, gender, createdAt)
}
