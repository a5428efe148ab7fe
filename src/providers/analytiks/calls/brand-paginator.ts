import { nameOf } from '../../../upstream/source/batch-groups.ts'
import type { DataSource } from '../../../upstream/source/data-source.ts'
import { type Paginator, paginate } from '../../../upstream/source/paginator.ts'
import type { RequestScope } from '../../../upstream/source/request-scope.ts'
import type { DwellTime } from '../assembly/aggregation.ts'
import { ReportBuilder } from '../assembly/report-builder.ts'
import { ReportSettingsCache } from '../assembly/report-settings.ts'
import { type BrandQuestion, countedOf, questionIn } from '../brand-question.ts'
import type { LocationTraffic, TrafficSpan, TrafficStep } from '../records.ts'
import type { BrandReport } from '../series.ts'
import { stepOf, type TrafficQuestion } from '../traffic-question.ts'
import type { BrandPage, BrandPageKey } from './brand-pages.ts'
import { WindowPages } from './window-pages.ts'
import { presentWindow, untilNow } from './windows.ts'

export interface BrandPaginatorOptions {
  readonly pages: DataSource<BrandPageKey, BrandPage>
  readonly scope: RequestScope
  readonly dwellTime: DwellTime
  readonly brandId: number
  readonly maximumAge: number | undefined
  /** The range requested for all locations; those whose own range is not within it get separate pages. */
  readonly span: TrafficSpan
  readonly step: TrafficStep
  /** Cuts a range into windows without gaps, in order of time; leaves out those that have not begun. */
  readonly cutWindows: (span: TrafficSpan, step: TrafficStep) => TrafficSpan[]
  readonly now: number
}

/**
 * Returns a brand's locations in the order of the first window's pages, then those that only later windows list. Reads the other
 * windows only as far as the locations of the first need, and to their ends after its last page.
 */
export function paginateBrand(
  question: BrandQuestion,
  options: BrandPaginatorOptions,
): Paginator<BrandReport> {
  const { span, step, cutWindows, now } = options
  const windows = cutWindows(span, step)
  // One window has to list the locations, even if the whole range is in the future.
  const first = windows[0] ?? presentWindow(span.form, step, now)
  const lead = new WindowPages(first, { ...options, wants: () => true })
  const others = windows.slice(1).map(window => new WindowPages(window, { ...options, wants: () => true }))
  const separate = new Map<string, { readonly step: TrafficStep; readonly pages: readonly WindowPages[] }>()
  const settingsCache = new ReportSettingsCache(options.dwellTime)
  const questions = new Map<string | null, TrafficQuestion | Error>()
  /** The reference numbers of the listed locations. */
  const references = new Map<number, string | null>()
  const questionOf = (locationId: number) => {
    const zone = question.zoneOf(locationId, references.get(locationId) ?? null)
    return questions.getOrInsertComputed(zone, () => attempt(() => questionIn(question, zone)))
  }

  /** Names the separate pages of a location; undefined if the brand's pages cover its range. */
  const separateNameOf = (locationId: number) => {
    const asked = questionOf(locationId)
    if (asked instanceof Error || isWithin(asked.span, span)) return undefined
    return nameOf(asked.span.form, asked.span.start, asked.span.end, stepOf(asked))
  }
  const separatePagesOf = (name: string, asked: TrafficQuestion) =>
    separate.getOrInsertComputed(name, () => {
      const step = stepOf(asked)
      const wants = (locationId: number) => separateNameOf(locationId) === name
      const pages = cutWindows(asked.span, step).map(
        window => new WindowPages(window, { ...options, step, wants }),
      )
      return { step, pages }
    })
  const reportOf = (row: LocationTraffic, received: readonly WindowTraffic[]): BrandReport => {
    const { locationId, referenceNumber } = row
    const asked = questionOf(locationId)
    const report = attempt(() => {
      if (asked instanceof Error) throw asked
      const builder = new ReportBuilder(
        asked,
        settingsCache.of(asked),
        countedOf(asked, separateNameOf(locationId) === undefined ? step : stepOf(asked)),
      )
      for (const [window, traffic] of received) builder.add(window, traffic)
      return builder.report()
    })
    if (report instanceof Error) return new FailedReport(row, report)
    return { ...report, locationId, referenceNumber: report.referenceNumber ?? referenceNumber }
  }

  /**
   * Reports of locations, with their received rows; for locations with a range of their own, `read` loads it from separate pages.
   */
  const reportsOf = async (
    received: Map<number, WindowTraffic[]>,
    rows: readonly LocationTraffic[],
    read: typeof takeAll,
  ): Promise<BrandReport[]> => {
    for (const [name, group] of Map.groupBy(rows, ({ locationId }) => separateNameOf(locationId))) {
      const [asked] = group.map(({ locationId }) => questionOf(locationId))
      if (name === undefined || !asked || asked instanceof Error) continue
      const own = separatePagesOf(name, asked)
      const receivedSeparately = new Map<number, WindowTraffic[]>(
        group.map(({ locationId }) => [locationId, []]),
      )
      await read(own.pages, own.step, now, receivedSeparately)
      for (const [locationId, parts] of receivedSeparately) received.set(locationId, parts)
    }
    return rows.map(row => reportOf(row, received.get(row.locationId) ?? []))
  }
  const note = (rows: readonly LocationTraffic[]) => {
    for (const { locationId, referenceNumber } of rows) references.set(locationId, referenceNumber)
  }
  /** The reports of locations that only later windows list, such as those that opened within the range. */
  const laterReports = async (): Promise<BrandReport[]> => {
    const received = new Map<number, WindowTraffic[]>()
    const first = new Map<number, LocationTraffic>()
    for (const pages of others) {
      for (const row of await pages.rest()) {
        const part: WindowTraffic = [untilNow(pages.window, step, now), row]
        received.getOrInsertComputed(row.locationId, () => []).push(part)
        first.getOrInsert(row.locationId, row)
      }
    }
    const rows = [...first.values()]
    note(rows)
    return reportsOf(received, rows, takeListed)
  }

  return paginate<BrandReport, true>(async () => {
    const [rows] = await Promise.all([lead.next(), ...others.map(pages => pages.begin())])
    note(rows)
    const received = new Map<number, WindowTraffic[]>(
      rows.map(row => [row.locationId, [[untilNow(lead.window, step, now), row]]]),
    )
    await takeAll(others, step, now, received)
    const reports = await reportsOf(received, rows, takeAll)
    if (!lead.hasEnded) return { rows: reports, next: true }
    if (!(await haveMore(others))) return { rows: reports, next: undefined }
    // Its cached pages may not have a location yet.
    if (lead.startAfresh()) return { rows: reports, next: true }
    return { rows: [...reports, ...(await laterReports())], next: undefined }
  })
}

type WindowTraffic = readonly [window: TrafficSpan, traffic: LocationTraffic]

/** Adds each window's rows of the locations that are keys of `received`. */
async function takeAll(
  windows: readonly WindowPages[],
  step: TrafficStep,
  now: number,
  received: ReadonlyMap<number, WindowTraffic[]>,
): Promise<void> {
  const parts = await Promise.all(windows.map(pages => pages.take([...received.keys()])))
  for (const [index, { window }] of windows.entries()) {
    for (const row of parts[index] ?? [])
      received.get(row.locationId)?.push([untilNow(window, step, now), row])
  }
}

/** The same with all rows that are left in the pages of each window. */
async function takeListed(
  windows: readonly WindowPages[],
  step: TrafficStep,
  now: number,
  received: ReadonlyMap<number, WindowTraffic[]>,
): Promise<void> {
  for (const pages of windows) {
    for (const row of await pages.rest())
      received.get(row.locationId)?.push([untilNow(pages.window, step, now), row])
  }
}

async function haveMore(windows: readonly WindowPages[]): Promise<boolean> {
  const more = await Promise.all(windows.map(pages => pages.hasMore()))
  return more.includes(true)
}

function isWithin(part: TrafficSpan, whole: TrafficSpan): boolean {
  return part.form === whole.form && part.start >= whole.start && part.end <= whole.end
}

/** The report of a location that fails without failing its page. */
class FailedReport implements BrandReport {
  readonly locationId: number
  readonly referenceNumber: string | null
  readonly #failure: Error

  constructor({ locationId, referenceNumber }: LocationTraffic, failure: Error) {
    this.locationId = locationId
    this.referenceNumber = referenceNumber
    this.#failure = failure
  }

  series(): never {
    throw this.#failure
  }

  get pointsOfInterest(): never {
    throw this.#failure
  }
}

function attempt<Result>(work: () => Result): Result | Error {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}
