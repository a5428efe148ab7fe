import type { CachePolicy } from '../../upstream/cache/cache.ts'
import type { CallContext } from '../../upstream/call-context.ts'
import { asError } from '../../upstream/error.ts'
import { openImageDownloadLimit } from '../../upstream/images/image-download-limit.ts'
import { type ImageResult, isImageResult } from '../../upstream/images/image-result.ts'
import { batchInWindows } from '../../upstream/source/batch-window.ts'
import { DataSource } from '../../upstream/source/data-source.ts'
import { callPerKey } from '../../upstream/source/endpoint.ts'
import type { AuraVisionClient } from './client.ts'
import { findRow, planRows, type RowKey, type RowQuestion, rowGone, rowName } from './row-questions.ts'

/** An image never changes once it is made. */
export const spatialImageSeconds = 86_400

/** The images of one account. Each is loaded by a URL that is signed for it, used at once and forgotten. */
export function imageSource(
  client: AuraVisionClient,
  cachePolicy: CachePolicy | undefined,
): DataSource<RowKey, ImageResult> {
  const urls = batchInWindows<Wanted, string>(wanted => findUrls(client, wanted), batchWindow)
  const turns = openImageDownloadLimit('aura-vision')
  const images = callPerKey<RowKey, ImageResult>({
    nameOf: rowName,
    plan: key => ({ route: 'detail/list', ...key }),
    async call(key, callContext) {
      using _turn = turns.take()
      const url = await urls({ key, callContext })
      return { image: await client.image(url, callContext, () => urls({ key, callContext })) }
    },
    ttlOf: () => spatialImageSeconds * 1000,
    isValue: isImageResult,
  })
  return new DataSource(images, cachePolicy)
}

interface Wanted {
  readonly key: RowKey
  readonly callContext: CallContext
}

/** A browser opens the images of a page one by one. In milliseconds. */
const batchWindow = { quiet: 20, longest: 250, longestBehind: 2000 }

/** URLs that are being signed. */
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

/** A failed request fails only the images that it was to find. */
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

/** A call context with the first call's caller and trace, and a signal that aborts when those of all calls have. */
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
  const { caller, traceparent, trail } = callContexts[0] ?? {}
  return { signal: controller.signal, caller, traceparent, trail }
}
