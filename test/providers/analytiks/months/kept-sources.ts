import type { DwellTime } from '../../../../src/providers/analytiks/assembly/aggregation.ts'
import { windowLength } from '../../../../src/providers/analytiks/calls/windows.ts'
import type { AnalytiksClient } from '../../../../src/providers/analytiks/client.ts'
import {
  type AnalytiksSources,
  analytiksLoaders,
  analytiksSources,
} from '../../../../src/providers/analytiks/loaders.ts'
import type {
  Buckets,
  LocationTraffic,
  MetricBuckets,
  TrafficSpan,
} from '../../../../src/providers/analytiks/records.ts'
import type { TrafficReport } from '../../../../src/providers/analytiks/series.ts'
import { clockOf, type ZoneClock } from '../../../../src/providers/analytiks/time/zone-clock.ts'
import type { TrafficKey, TrafficQuestion } from '../../../../src/providers/analytiks/traffic-question.ts'
import { type Cache, openCache } from '../../../../src/upstream/cache/cache.ts'
import { UpstreamError } from '../../../../src/upstream/error.ts'
import { Admission } from '../../../../src/upstream/source/admission.ts'
import { RequestScope } from '../../../../src/upstream/source/request-scope.ts'
import type { Usage } from '../../../../src/upstream/source/usage.ts'
import { responseOf } from '../traffic-rows.ts'

/** What a location counted. With a `localZone` upstream tells every other window in local times of that zone. */
export interface History extends LocationTraffic {
  readonly localZone?: string
}

export interface KeptSources extends AsyncDisposable {
  readonly sources: AnalytiksSources
  /** The calls so far. */
  calls(): number
  /** What upstream returns from now on. */
  rows: readonly History[]
  /** Thrown by each call while it is set. */
  failure: Error | undefined
  /** The same, before a call is made. */
  unmade: Error | undefined
  /** Calls for windows that begin then or later fail. */
  failsFrom: number | undefined
  readonly cache: Cache
}

interface Keeping {
  readonly bytes?: number
  readonly ttlSeconds?: number
  readonly staleMilliseconds?: number
}

/** An account whose traffic is kept, of an upstream that returns these rows. */
export function keptSources(
  rows: readonly History[],
  dwellTime: DwellTime,
  { bytes = 50_000_000, ttlSeconds = 2_592_000, staleMilliseconds = 0 }: Keeping = {},
): KeptSources {
  const cache = openCache({ bytes, namespace: 'test' })
  const upstream = upstreamOf(rows)
  const limits = { concurrency: 8, ttlSeconds, maximumCalls: 10_000 }
  const sources = analytiksSources(upstream.client, { limits, dwellTime }, { cache, staleMilliseconds })
  return Object.assign(upstream, {
    sources,
    cache,
    [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose](),
  })
}

/** The same, but nothing is kept. */
export function unkeptSources(rows: readonly History[], dwellTime: DwellTime): Omit<KeptSources, 'cache'> {
  const upstream = upstreamOf(rows)
  const limits = { concurrency: 8, ttlSeconds: 0, maximumCalls: 10_000 }
  const sources = analytiksSources(upstream.client, { limits, dwellTime }, undefined)
  return Object.assign(upstream, { sources, [Symbol.asyncDispose]: async () => {} })
}

export interface Answer {
  readonly report: TrafficReport
  readonly usage: Usage
}

/** What one request that asks these questions about location 1 is answered. */
export async function askTraffic(
  { sources }: Pick<KeptSources, 'sources'>,
  questions: readonly (TrafficQuestion & Partial<TrafficKey>)[],
): Promise<Answer[]> {
  const scope = new RequestScope('analytiks', new AbortController().signal, new Admission(false), 10_000)
  const { traffic } = analytiksLoaders(() => sources, scope)
  const reports = questions.map(question =>
    traffic.load({ identity: { locationId: 1 }, onRefusal: 'PARTIAL', ...question }),
  )
  return (await Promise.all(reports)).map(report => ({ report, usage: scope.usage }))
}

function upstreamOf(rows: readonly History[]) {
  let calls = 0
  const upstream: Pick<KeptSources, 'rows' | 'failure' | 'unmade' | 'failsFrom' | 'calls'> = {
    rows,
    failure: undefined,
    unmade: undefined,
    failsFrom: undefined,
    calls: () => calls,
  }
  const client: AnalytiksClient = {
    async signIn() {},
    quotaLeft: null,
    async whole() {
      throw new TypeError('Nobody asks all or nothing.')
    },
    async page() {
      throw new TypeError('Nobody asks for a brand.')
    },
    async partial({ span }, choice, callContext) {
      if (upstream.unmade) throw upstream.unmade
      calls++
      callContext.begun?.()
      if (upstream.failure) throw upstream.failure
      if (span.start >= (upstream.failsFrom ?? Number.POSITIVE_INFINITY))
        throw new UpstreamError('analytiks', 'UPSTREAM_REJECTED', 'refused')
      const asked = 'locations' in choice ? choice.locations : []
      const successes = upstream.rows.filter(({ locationId }) => asked.includes(locationId))
      return { successes: successes.map(row => told(row, span)), refused: [] }
    },
    async [Symbol.asyncDispose]() {},
  }
  return Object.assign(upstream, { client })
}

function told({ localZone, ...row }: History, span: TrafficSpan): LocationTraffic {
  const response = responseOf(row, span, 'empty')
  if (localZone === undefined || Math.floor(span.start / windowLength) % 2 === 0) return response
  const clock = clockOf(localZone)
  const toLocal = (buckets: MetricBuckets): MetricBuckets =>
    Object.fromEntries(
      Object.entries(buckets).map(([metric, series]: [string, Buckets | null]) => [
        metric,
        series && localOf(series, clock),
      ]),
    )
  const pointsOfInterest = response.pointsOfInterest.map(({ id, buckets }) => ({
    id,
    buckets: toLocal(buckets),
  }))
  return { ...response, buckets: toLocal(response.buckets), pointsOfInterest }
}

/** Without the hours that the clock shows twice. */
function localOf({ times, values }: Buckets, clock: ZoneClock): Buckets {
  const isClear = times.map(time => clock.instantOf(clock.localOf(time)) === time)
  return {
    times: times.filter((_, index) => isClear[index]).map(time => clock.localOf(time)),
    values: values.filter((_, index) => isClear[index]),
    zoned: false,
  }
}
