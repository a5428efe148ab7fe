import DataLoader from 'dataloader'
import type { CachePolicy } from '../../upstream/cache/cache.ts'
import type { CallContext } from '../../upstream/call-context.ts'
import { asError } from '../../upstream/error.ts'
import { type ImageResult, isImageResult } from '../../upstream/images/image-cache.ts'
import { openImageDownloadLimit } from '../../upstream/images/image-download-limit.ts'
import { DataSource } from '../../upstream/source/data-source.ts'
import { callPerKey } from '../../upstream/source/endpoint.ts'
import type { AuraVisionClient } from './client.ts'
import { findRow, planRows, type RowKey, type RowQuestion, rowGone, rowName } from './row-questions.ts'

/** A picture never changes once it is made. */
export const spatialPictureSeconds = 86_400

/** The pictures of one account: each is found anew by a URL that is signed for it, used at once and forgotten. */
export function imageSource(
  client: AuraVisionClient,
  cachePolicy: CachePolicy | undefined,
): DataSource<RowKey, ImageResult> {
  const urls = freshUrls(client)
  const turns = openImageDownloadLimit('aura-vision')
  const images = callPerKey<RowKey, ImageResult>({
    nameOf: rowName,
    plan: key => ({ route: 'detail/list', ...key }),
    async call(key, callContext) {
      using _turn = turns.take()
      const url = await urls({ key, callContext })
      return { picture: await client.picture(url, callContext, () => urls({ key, callContext })) }
    },
    ttlOf: () => spatialPictureSeconds * 1000,
    isValue: isImageResult,
  })
  return new DataSource(images, cachePolicy)
}

interface Wanted {
  readonly key: RowKey
  readonly callContext: CallContext
}

/** Finds URLs that are signed just now. */
type Urls = (wanted: Wanted) => Promise<string>

/**
 * A page opens its pictures one by one: they are gathered until none came for a moment, but no longer than a while; where
 * something was asked before that has no answer yet, until it has one, but no longer than two seconds. All in milliseconds.
 */
const [moment, longest, longestBehind] = [20, 250, 2000]

function freshUrls(client: AuraVisionClient): Urls {
  let load: (() => void) | undefined
  let timer: NodeJS.Timeout | undefined
  let end = 0
  let underWay = 0

  const wait = () => {
    clearTimeout(timer)
    const rest = end - performance.now()
    // On a busy machine a timer ends before what has long arrived is read.
    const late = () => setImmediate(() => timer === waited && load?.())
    const waited = setTimeout(late, Math.max(0, underWay > 0 ? rest : Math.min(moment, rest)))
    timer = waited
  }
  const loader = new DataLoader<Wanted, string>(
    async wanted => {
      load = undefined
      underWay++
      try {
        return await findUrls(client, wanted)
      } finally {
        underWay--
        if (load) wait()
      }
    },
    {
      cache: false,
      batchScheduleFn(dispatch) {
        load = dispatch
        end = performance.now() + (underWay > 0 ? longestBehind : longest)
      },
    },
  )
  return wanted => {
    const url = loader.load(wanted)
    wait()
    return url
  }
}

async function findUrls(client: AuraVisionClient, wanted: readonly Wanted[]): Promise<(string | Error)[]> {
  const callContexts = Map.groupBy(wanted, ({ key }) => key)
  const found = new Map<RowKey, string | Error>()
  const keys = [...callContexts.keys()]
  await Promise.all(
    planRows(keys, client.bounds).map(async question => {
      const waiting = question.keys.flatMap(key => callContexts.get(key) ?? [])
      const urls = await findQuestion(
        client,
        question,
        togetherOf(waiting.map(({ callContext }) => callContext)),
      )
      question.keys.forEach((key, index) => {
        found.set(key, urls[index] ?? rowGone())
      })
    }),
  )
  return wanted.map(({ key }) => found.get(key) ?? rowGone())
}

/** A request that failed fails the pictures that it was to find, and no other. */
async function findQuestion(
  client: AuraVisionClient,
  { keys, locationIds, types, filter }: RowQuestion,
  callContext: CallContext,
): Promise<(string | Error)[]> {
  try {
    const rows = await client.heatmaps(locationIds, types, filter, callContext)
    return keys.map(key => findRow(rows, key)?.url ?? rowGone())
  } catch (error) {
    const failure = asError(error)
    return keys.map(() => failure)
  }
}

/** A call context whose signal aborts when those of all the others have. */
function togetherOf(callContexts: readonly CallContext[]): CallContext {
  const controller = new AbortController()
  let left = callContexts.length
  const end = () => {
    if (--left === 0) controller.abort()
  }
  for (const { signal } of callContexts) {
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  }
  return { signal: controller.signal }
}
