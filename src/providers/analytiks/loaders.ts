import type { CachePolicy } from '../../upstream/cache/keeping.ts'
import { UpstreamError } from '../../upstream/error.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import { DataSource } from '../../upstream/source/data-source.ts'
import type { Paginator } from '../../upstream/source/paginator.ts'
import { RequestLoader } from '../../upstream/source/request-loader.ts'
import type { RequestScope } from '../../upstream/source/request-scope.ts'
import { PendingReport } from './assembly/pending-report.ts'
import { ReportSettingsCache } from './assembly/report-settings.ts'
import { type BrandQuestion, spanOfBrand, stepOfBrand } from './brand-question.ts'
import { type BrandPage, type BrandPageKey, brandPages } from './calls/brand-pages.ts'
import { paginateBrand } from './calls/brand-paginator.ts'
import {
  identityName,
  type LocationWindow,
  locationTraffic,
  locationWindow,
} from './calls/location-windows.ts'
import { isAhead, untilNow, windowsOf } from './calls/windows.ts'
import type { AnalytiksClient, AnalytiksSettings } from './client.ts'
import { type LocationTraffic, type TrafficSpan, type TrafficStep, trafficMetrics } from './records.ts'
import type { BrandReport, TrafficReport } from './series.ts'
import { spanAsked, stepOf, type TrafficKey, type TrafficQuestion } from './traffic-question.ts'

export interface AnalytiksLoaders {
  /** What was asked of a location over a range of any length; ids, and references of one brand, share calls. */
  readonly traffic: { load(key: TrafficKey): Promise<TrafficReport> }
  /** The traffic of a brand's locations, page by page as far as somebody asks. */
  readonly brandTraffic: (brandId: number, question: BrandQuestion) => Paginator<BrandReport>
}

/** What one account shares between its requests. */
export interface AnalytiksSources {
  readonly locations: DataSource<LocationWindow, LocationTraffic>
  readonly brandPages: DataSource<BrandPageKey, BrandPage>
  readonly dwellTime: AnalytiksSettings['dwellTime']
}

export function analytiksSources(
  client: AnalytiksClient,
  { limits, dwellTime }: Pick<AnalytiksSettings, 'limits' | 'dwellTime'>,
  cachePolicy: CachePolicy | undefined,
): AnalytiksSources {
  const ttlSettings = { milliseconds: limits.ttlSeconds * 1000 }
  return {
    locations: new DataSource(locationTraffic(client, ttlSettings), cachePolicy),
    brandPages: new DataSource(brandPages(client, ttlSettings), cachePolicy),
    dwellTime,
  }
}

export function analytiksLoaders(sources: () => AnalytiksSources, scope: RequestScope): AnalytiksLoaders {
  const reports = new RequestLoader<TrafficKey, PendingReport, string>(
    scope,
    async keys => askReports(keys, sources(), scope),
    { cacheKeyFn: keyName },
  )
  const paginators = new Map<string, Paginator<BrandReport>>()
  return {
    traffic: { load: key => reports.load(key).then(({ outcome }) => outcome) },
    brandTraffic(brandId, question) {
      const name = nameOf(brandId, questionName({ ...question, span: question.spanOf(null) }))
      return paginators.getOrInsertComputed(name, () => {
        const { brandPages: pages, dwellTime } = sources()
        const now = Date.now()
        const cutWindows = (span: TrafficSpan, step: TrafficStep) =>
          windowsOf(spanAsked({ span, interval: question.interval }, step), {
            whole: pages.isCaching,
            now,
          }).filter(window => !isAhead(window, step, now))
        const [span, step] = [spanOfBrand(question), stepOfBrand(question)]
        return paginateBrand(question, { pages, scope, dwellTime, brandId, span, step, cutWindows, now })
      })
    },
  }
}

/** Every window is folded into the reports that need it as it arrives: what nobody asked for is not held. */
function askReports(
  keys: readonly TrafficKey[],
  { locations, dwellTime }: AnalytiksSources,
  scope: RequestScope,
): PendingReport[] {
  const settingsCache = new ReportSettingsCache(dwellTime)
  const reports = keys.map(key => new PendingReport(key, settingsCache.of(key)))
  void Promise.all(askWindows(reports, locations, scope)).then(() => {
    spreadRefusals(reports)
    for (const report of reports) report.end()
  })
  return reports
}

/** Whoever asks holds all questions until the last is answered, so each group of windows is asked by itself: no call is of two. */
function askWindows(
  reports: readonly PendingReport[],
  locations: AnalytiksSources['locations'],
  scope: RequestScope,
): Promise<void>[] {
  const now = Date.now()
  const asked = reports.flatMap(report => {
    const { identity, onRefusal } = report.key
    const step = stepOf(report.key)
    const windows = windowsOf(spanAsked(report.key, step), { whole: locations.isCaching, now }).filter(
      window => !isAhead(window, step, now),
    )
    report.open += windows.length
    return windows.map(window => ({
      report,
      window: locationWindow({ span: window, step, identity, onRefusal }),
    }))
  })
  const groups = [...Map.groupBy(asked, ({ window }) => window.group).values()]
  return groups.map(group =>
    locations.askEach(
      group.map(({ window }) => window),
      scope,
      (index, result) => {
        const { report, window } = group[index] ?? {}
        if (!report || !window) return
        if (result instanceof Error) report.fail(result)
        else report.add(untilNow(window.span, window.step, now), result)
        // Each is told as soon as it is whole, so that they are not all printed in one turn.
        if (--report.open === 0 && report.key.onRefusal === 'PARTIAL') report.end()
      },
    ),
  )
}

/** All or nothing: where one location is refused, so is every other that was asked the same way with it. */
function spreadRefusals(reports: readonly PendingReport[]): void {
  const strict = reports.filter(({ key }) => key.onRefusal === 'FAIL')
  for (const group of Map.groupBy(strict, ({ key }) => rangeName(key)).values()) {
    const refusal = group.map(({ failure }) => failure).find(isRefusal)
    if (refusal) for (const report of group) report.fail(refusal)
  }
}

function isRefusal(failure: Error | undefined): boolean {
  return failure instanceof UpstreamError && failure.code === 'UPSTREAM_FORBIDDEN'
}

function rangeName(key: TrafficKey): string {
  return nameOf(key.span.form, key.span.start, key.span.end, stepOf(key))
}

/** Made for each location of a fleet, so without the care that texts of any kind would need: the last alone is one. */
function keyName(key: TrafficKey): string {
  return `${questionName(key)} ${key.onRefusal} ${key.timeZone} ${identityName(key.identity)}`
}

function questionName({
  span,
  interval,
  metrics,
  withZones,
}: Pick<TrafficQuestion, 'span' | 'interval' | 'metrics' | 'withZones'>): string {
  const asked = trafficMetrics.filter(metric => metrics.includes(metric))
  return `${span.form} ${span.start} ${span.end} ${interval} ${asked} ${withZones}`
}
