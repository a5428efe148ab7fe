import type { CachePolicy } from '../../upstream/cache/cache.ts'
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
  /** A location's report over a range of any length. Ids share calls, and so do references of one brand. */
  readonly traffic: { load(key: TrafficKey): Promise<TrafficReport> }
  /** The reports of a brand's locations, page by page, read only as far as requested. */
  readonly brandTraffic: (brandId: number, question: BrandQuestion) => Paginator<BrandReport>
}

/** The data sources that one account's requests share. */
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

/** Adds every window to the reports that need it as it arrives, so that nothing else is stored. */
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

/** Asks for each group of windows separately: a batch stays in memory until its last result, and no call spans two groups. */
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
        // Each report ends as soon as it is complete, so that they are not all printed in one turn of the event loop.
        if (--report.open === 0 && report.key.onRefusal === 'PARTIAL') report.end()
      },
    ),
  )
}

/** All or nothing: if one location is refused, so are all others of the same range with `FAIL`. */
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

/** Escapes nothing, since it runs for each location of a fleet: only the last part is free text, so names stay distinct. */
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
