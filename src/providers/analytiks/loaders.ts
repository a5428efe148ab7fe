import DataLoader from 'dataloader'
import { Answers } from '../../upstream/answers.ts'
import type { Caller } from '../../upstream/caller.ts'
import { UpstreamError } from '../../upstream/error.ts'
import { nameOf } from '../../upstream/groups.ts'
import type { Keeping } from '../../upstream/keeping.ts'
import type { Walk } from '../../upstream/walk.ts'
import { type BrandPage, type BrandPageKey, brandPages } from './brand-pages.ts'
import { walkBrand } from './brand-walk.ts'
import type { AnalytiksClient, AnalytiksSettings } from './client.ts'
import { TrafficGathering } from './gathering.ts'
import {
  groupName,
  identityName,
  type LocationIdentity,
  type LocationWindow,
  locationTraffic,
} from './location-traffic.ts'
import type { TrafficReport } from './series.ts'
import { type BrandQuestion, stepOf, stepOfBrand, type TrafficQuestion } from './traffic-question.ts'
import { windowsOf } from './windows.ts'
import type { LocationTraffic } from './wire.ts'

export interface TrafficKey extends TrafficQuestion {
  readonly identity: LocationIdentity
  /** `FAIL`: one refused location refuses all that are asked with it. */
  readonly onRefusal: 'PARTIAL' | 'FAIL'
}

export interface AnalytiksLoaders {
  /** What was asked of a location over a range of any length; ids, and references of one brand, share calls. */
  readonly traffic: DataLoader<TrafficKey, TrafficReport, string>
  /** The traffic of a brand's locations, page by page as far as somebody asks. */
  readonly brandTraffic: (brandId: number, question: BrandQuestion) => Walk<TrafficReport>
}

/** What one account shares between its requests. */
export interface AnalytiksAnswers {
  readonly locations: Answers<LocationWindow, LocationTraffic>
  readonly brandPages: Answers<BrandPageKey, BrandPage>
  readonly dwellTime: AnalytiksSettings['dwellTime']
}

export function analytiksAnswers(
  client: AnalytiksClient,
  { limits, dwellTime }: Pick<AnalytiksSettings, 'limits' | 'dwellTime'>,
  keeping: Keeping | undefined,
): AnalytiksAnswers {
  const keep = { milliseconds: limits.keepSeconds * 1000 }
  return {
    locations: new Answers(locationTraffic(client, keep), keeping),
    brandPages: new Answers(brandPages(client, keep), keeping),
    dwellTime,
  }
}

export function analytiksLoaders(answers: () => AnalytiksAnswers, caller: Caller): AnalytiksLoaders {
  const walks = new Map<string, Walk<TrafficReport>>()
  return {
    traffic: new DataLoader(async keys => loadReports(keys, answers(), caller), { cacheKeyFn: keyName }),
    brandTraffic(brandId, question) {
      const step = stepOfBrand(question)
      const name = nameOf(brandId, step, questionName(question))
      return walks.getOrInsertComputed(name, () => {
        const { brandPages: pages, dwellTime } = answers()
        const windows = windowsOf(question.span, { whole: pages.areKept, now: Date.now() })
        return walkBrand(question, { pages, caller, dwellTime, brandId, step, windows })
      })
    },
  }
}

/** Every window is folded into the reports that need it as it arrives: what nobody asked for is not held. */
async function loadReports(
  keys: readonly TrafficKey[],
  { locations, dwellTime }: AnalytiksAnswers,
  caller: Caller,
): Promise<(TrafficReport | Error)[]> {
  const reports = keys.map(key => new Report(key, new TrafficGathering(key, dwellTime)))
  await Promise.all(askWindows(reports, locations, caller))
  spreadRefusals(reports)
  return reports.map(report => report.outcome())
}

/** Whoever asks holds all questions until the last is answered, so each group of windows is asked by itself: no call is of two. */
function askWindows(
  reports: readonly Report[],
  locations: AnalytiksAnswers['locations'],
  caller: Caller,
): Promise<void>[] {
  const asked = reports.flatMap(report => {
    const { identity, onRefusal, span } = report.key
    const step = stepOf(report.key)
    const windows = windowsOf(span, { whole: locations.areKept, now: Date.now() })
    return windows.map(window => ({ report, window: { span: window, step, identity, onRefusal } }))
  })
  const groups = [...Map.groupBy(asked, ({ window }) => groupName(window)).values()]
  return groups.map(group =>
    locations.askEach(
      group.map(({ window }) => window),
      caller,
      (place, answer) => {
        const { report, window } = group[place] ?? {}
        if (!report || !window) return
        if (answer instanceof Error) report.fail(answer)
        else report.add(window, answer)
      },
    ),
  )
}

class Report {
  readonly key: TrafficKey
  /** Of the first window that failed: a series that lacks one would be a shorter series. */
  failure: Error | undefined
  readonly #gathering: TrafficGathering

  constructor(key: TrafficKey, gathering: TrafficGathering) {
    this.key = key
    this.#gathering = gathering
  }

  add({ span }: LocationWindow, traffic: LocationTraffic): void {
    if (this.failure) return
    try {
      this.#gathering.add(span, traffic)
    } catch (error) {
      this.fail(error)
    }
  }

  fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error('A window failed.', { cause: error })
  }

  outcome(): TrafficReport | Error {
    return this.failure ?? this.#gathering.report()
  }
}

/** All or nothing: where one location is refused, so is every other that was asked the same way with it. */
function spreadRefusals(reports: readonly Report[]): void {
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

function keyName(key: TrafficKey): string {
  return nameOf(key.onRefusal, identityName(key.identity), key.timeZone, questionName(key))
}

function questionName({
  span,
  interval,
  metrics,
  withZones,
}: Pick<TrafficQuestion, 'span' | 'interval' | 'metrics' | 'withZones'>): string {
  const zones = withZones ? 'with zones' : null
  return nameOf(span.form, span.start, span.end, interval, [...new Set(metrics)].sort(), zones)
}
