import { UpstreamError } from '../../upstream/error.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import type { DataSource } from '../../upstream/source/data-source.ts'
import type { RequestScope } from '../../upstream/source/request-scope.ts'
import { PendingReport } from './assembly/pending-report.ts'
import type { ReportSettingsCache } from './assembly/report-settings.ts'
import { groupName, identityName, type LocationWindow } from './calls/location-windows.ts'
import { begunWindows, untilNow } from './calls/windows.ts'
import { type MonthPlan, type PlannedWindow, planMonths, planWindows } from './months/month-plan.ts'
import type { MonthStore } from './months/month-store.ts'
import { ReportMonths } from './months/report-months.ts'
import type { LocationTraffic, TrafficStep } from './records.ts'
import { spanAsked, stepOf, type TrafficKey } from './traffic-question.ts'

export interface ReportSources {
  readonly locations: DataSource<LocationWindow, LocationTraffic>
  /** Undefined if nothing is cached. */
  readonly months: MonthStore | undefined
}

/** The windows of a report and, if it is built from months, the months. */
interface Asked {
  readonly report: PendingReport
  readonly months: ReportMonths | undefined
}

/** What reports share if their questions differ only in the location. */
interface SharedPlan {
  readonly plan: MonthPlan
  readonly step: TrafficStep
  /** For each window of the plan, all reports that need it. */
  readonly groups: readonly { readonly name: string; readonly windows: AskedWindow[] }[]
}

interface AskedWindow extends Asked {
  readonly planned: PlannedWindow
  readonly window: LocationWindow
}

/** Adds every window to the reports that need it as it arrives, so that nothing else is stored. */
export function askReports(
  keys: readonly TrafficKey[],
  settingsCache: ReportSettingsCache,
  sources: ReportSources,
  scope: RequestScope,
): PendingReport[] {
  const reports = keys.map(key => new PendingReport(key, settingsCache.of(key)))
  const batch = new ReportBatch(sources, scope)
  void batch
    .ask(reports, sources.months)
    .catch((error: unknown) => {
      for (const report of reports) report.fail(error)
    })
    .then(() => {
      spreadRefusals(reports)
      for (const report of reports) report.end()
    })
  return reports
}

class ReportBatch {
  readonly #locations: ReportSources['locations']
  readonly #scope: RequestScope
  readonly #now = Date.now()

  constructor({ locations }: ReportSources, scope: RequestScope) {
    this.#locations = locations
    this.#scope = scope
  }

  /** Resolves once every report has all its windows. Without `months` everything is read from windows. */
  async ask(reports: readonly PendingReport[], months: MonthStore | undefined): Promise<void> {
    const plans = new Map<string, SharedPlan>()
    const groups = new Map<string, AskedWindow[]>()
    for (const report of reports) {
      if (this.#scope.isPauseDue) await this.#scope.pause(undefined)
      const shared = plans.getOrInsertComputed(questionName(report.key), () =>
        this.#share(report.key, months, groups),
      )
      this.#addWindows({ report, months: this.#monthsOf(shared, report.key, months) }, shared)
    }
    const unclear: PendingReport[] = []
    const asked: Promise<void>[] = []
    // Each group of windows separately: a batch stays in memory until its last result, and no call spans two groups.
    for (const group of groups.values()) {
      if (this.#scope.isPauseDue) await this.#scope.pause(undefined)
      asked.push(this.#askGroup(group, unclear))
    }
    await Promise.all(asked)
    if (unclear.length === 0) return
    for (const report of unclear) report.restart()
    await this.ask(unclear, undefined)
  }

  #share(key: TrafficKey, months: MonthStore | undefined, groups: Map<string, AskedWindow[]>): SharedPlan {
    const step = stepOf(key)
    const now = this.#now
    const windows = begunWindows(spanAsked(key, step), step, { areWhole: this.#locations.isCaching, now })
    const plan = months ? planMonths(key, step, windows, now) : planWindows(windows)
    const { onRefusal, identity } = key
    const names = windows.map(span => groupName({ span, step, onRefusal, identity }))
    return {
      plan,
      step,
      groups: names.map(name => ({ name, windows: groups.getOrInsertComputed(name, () => []) })),
    }
  }

  /**
   * Undefined if the report is read from windows: memory keeps those of short ranges, unless it already has months of the range.
   */
  #monthsOf(
    { plan, step }: SharedPlan,
    key: TrafficKey,
    store: MonthStore | undefined,
  ): ReportMonths | undefined {
    if (!store || plan.parts.length === 0) return undefined
    const months = new ReportMonths(plan, key, step, store, this.#scope.isBulk)
    return plan.isLong || months.haveSome ? months : undefined
  }

  #addWindows(asked: Asked, { plan, step, groups }: SharedPlan): void {
    const { report, months } = asked
    const { identity, onRefusal, maximumAge } = report.key
    const item = identityName(identity)
    report.open += plan.windows.length
    for (const [index, planned] of plan.windows.entries()) {
      const group = groups[index]
      if (!group) continue
      const { span, raw } = planned
      const isFolded = months !== undefined && raw.length === 0
      const window = { span, step, identity, onRefusal, group: group.name, item, isFolded, maximumAge }
      group.windows.push({ ...asked, planned, window })
    }
  }

  #askGroup(all: readonly AskedWindow[], unclear: PendingReport[]): Promise<void> {
    const group = demandingFirst(all)
    const close = (index: number) => {
      const one = group[index]
      if (one) this.#close(one, unclear)
    }
    return this.#locations.askEach(
      group.map(({ window }) => window),
      this.#scope,
      (index, result, outcome) => {
        const one = group[index]
        if (one) this.#add(one, result, outcome)
        close(index)
      },
      {
        givenAt(index) {
          const { months, planned } = group[index] ?? {}
          return planned && months?.heldAt(planned)
        },
        take: close,
      },
    )
  }

  #add(
    { report, months, planned, window: { span, step, group, item } }: AskedWindow,
    result: LocationTraffic | Error,
    { at = this.#now, isStale = false }: { readonly at?: number; readonly isStale?: boolean } = {},
  ): void {
    if (result instanceof Error) {
      const oldest = months?.standIn(planned, result)
      if (oldest === undefined) report.fail(result)
      else {
        this.#scope.usage.noteServed(group, item)
        this.#scope.usage.noteAge(oldest, true)
      }
      return
    }
    const parts = months ? months.add(planned, { traffic: result, at, isStale }) : [span]
    for (const part of parts) report.add(untilNow(part, step, this.#now), result)
  }

  /** Each report ends as soon as it is complete, so that they are not all printed in one turn of the event loop. */
  #close({ report, months }: AskedWindow, unclear: PendingReport[]): void {
    if (--report.open > 0) return
    // A window that was requested for one month may lie in another month that already has it.
    const age = months?.age
    if (age) this.#scope.usage.noteAge(age.oldest, false, age.freshUntil)
    if (months && !report.complete(builder => months.finish(builder))) unclear.push(report)
    else if (report.key.onRefusal === 'PARTIAL') report.end()
  }
}

/**
 * The question that decides for those that join it: the one that needs the freshest traffic, then one that needs whole windows.
 */
function demandingFirst(windows: readonly AskedWindow[]): readonly AskedWindow[] {
  const demandOf = ({ window: { maximumAge = Number.POSITIVE_INFINITY, isFolded } }: AskedWindow) =>
    [maximumAge, Number(isFolded)] as const
  const [first] = windows
  const isAlike = ({ window }: AskedWindow) =>
    window.maximumAge === first?.window.maximumAge && window.isFolded === first?.window.isFolded
  if (windows.every(isAlike)) return windows
  if (new Set(windows.map(({ window }) => window.item)).size === windows.length) return windows
  return windows.toSorted((one, other) => {
    const [[age, isFolded], [otherAge, isOtherFolded]] = [demandOf(one), demandOf(other)]
    return age === otherAge ? isFolded - isOtherFolded : age - otherAge
  })
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

/** Equal for reports that share a plan. */
function questionName({
  span,
  interval,
  timeZone,
  withPointsOfInterest,
  onRefusal,
  identity,
}: TrafficKey): string {
  const brand = 'brandId' in identity ? identity.brandId : null
  return `${span.form} ${span.start} ${span.end} ${interval} ${withPointsOfInterest} ${onRefusal} ${brand} ${timeZone}`
}
