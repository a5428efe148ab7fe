import { deepStrictEqual } from 'node:assert'
import { z } from 'zod'
import { type Asker, askers, middle } from './contest.ts'
import { type BenchServer, startProcess, startServer } from './process.ts'
import { uuidOf } from './questions.ts'

/** How many pictures there are. */
export const counts = [50, 500] as const
const connections = 16

export interface PicturesMeasured {
  readonly picturesPerSecond: number
  /** Millions of bytes. */
  readonly megabytesPerSecond: number
  /** In milliseconds, of one picture. */
  readonly processorTime: number
  /** The same of what opens them. */
  readonly loadTime: number
  /** In bytes, since the process began, when each picture was opened once. */
  readonly peakMemory: number
  /** The same when all rounds are over, in which each picture was opened once more. */
  readonly lastPeakMemory: number
}

export type Pictures = readonly (Readonly<Record<Asker, PicturesMeasured>> & { readonly count: number })[]

const opened = z.object({ seconds: z.number(), bytes: z.int(), processorTime: z.number() })

/**
 * Opens pictures of a million bytes through the proxy and by Isotherm's links, in turn, each in a process of its own. None is
 * kept. Of several rounds the middle one counts. Rejects when a picture is not the same by both.
 */
export async function openPictures(rounds: number): Promise<Pictures> {
  const measured: Pictures[number][] = []
  for (const count of counts) measured.push({ count, ...(await measure(count, rounds)) })
  return measured
}

async function measure(count: number, rounds: number): Promise<Record<Asker, PicturesMeasured>> {
  await using resources = new AsyncDisposableStack()
  const emulator = resources.use(await startServer('picture-emulator.ts'))
  const load = resources.use(await startProcess('picture-load.ts'))
  const servers = {
    proxy: resources.use(await startServer('picture-proxy.ts', { arguments: [emulator.origin] })),
    isotherm: resources.use(await startIsotherm(emulator.origin)),
  }
  const uuids = Array.from({ length: count }, (_, index) => uuidOf(index))
  const paths = {
    proxy: uuids.map(uuid => `/api/projects/1/heatmap_screenshots/${uuid}/content/?width=1024`),
    isotherm: await linkAll(servers.isotherm.origin, uuids),
  }
  const open = async (asker: Asker) => {
    const worked = await servers[asker].order('processor-time', z.number())
    const order = { origin: servers[asker].origin, paths: paths[asker], connections }
    const { seconds, bytes, processorTime: loadTime } = await load.order('open', opened, order)
    const processorTime = (await servers[asker].order('processor-time', z.number())) - worked
    return { seconds, bytes, processorTime, loadTime }
  }
  const first = { proxy: await open('proxy'), isotherm: await open('isotherm') }
  deepStrictEqual(first.isotherm.bytes, first.proxy.bytes)
  const readPeaks = async () => ({
    proxy: await servers.proxy.order('peak-memory', z.number()),
    isotherm: await servers.isotherm.order('peak-memory', z.number()),
  })
  const peaks = await readPeaks()
  const runs: Record<Asker, Awaited<ReturnType<typeof open>>[]> = { proxy: [], isotherm: [] }
  for (let round = 0; round < rounds; round++) {
    for (const asker of askers) runs[asker].push(await open(asker))
  }
  const lastPeaks = await readPeaks()
  const result = (asker: Asker): PicturesMeasured => {
    const seconds = middle(runs[asker].map(run => run.seconds))
    return {
      picturesPerSecond: count / seconds,
      megabytesPerSecond: first[asker].bytes / 1e6 / seconds,
      processorTime: middle(runs[asker].map(run => run.processorTime)) / count,
      loadTime: middle(runs[asker].map(run => run.loadTime)) / count,
      peakMemory: peaks[asker],
      lastPeakMemory: lastPeaks[asker],
    }
  }
  return { proxy: result('proxy'), isotherm: result('isotherm') }
}

/** Isotherm as it is run, but that no picture is kept, and no limit holds it back. */
function startIsotherm(upstream: string): Promise<BenchServer> {
  return startServer('../../src/main.ts', {
    environment: {
      PORT: '0',
      ISOTHERM_SANDBOX: 'off',
      ISOTHERM_IMAGE_CACHE_BYTES: '0',
      POSTHOG_PERSONAL_API_KEY: 'bench',
      POSTHOG_HOST: upstream,
      POSTHOG_PER_MINUTE: '1000000',
      POSTHOG_PER_HOUR: '1000000',
      POSTHOG_CONCURRENCY: '64',
    },
    isRead: true,
  })
}

const linksAnswer = z.object({
  data: z.object({ nodes: z.array(z.object({ image: z.object({ link: z.url() }) })) }),
})

async function linkAll(origin: string, uuids: readonly string[]): Promise<string[]> {
  const query = 'query Links($ids: [ID!]!) { nodes(ids: $ids) { ... on PageHeatmap { image { link } } } }'
  const ids = uuids.map(uuid => `PageHeatmap:project:1:${uuid}`)
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { ids } }),
  })
  const { data } = linksAnswer.parse(await response.json())
  return data.nodes.map(({ image }) => new URL(image.link).pathname)
}
