import type { Answers } from '../../upstream/answers.ts'
import type { Caller } from '../../upstream/caller.ts'
import { type Walk, walk } from '../../upstream/walk.ts'
import type { BrandPage, BrandPageKey } from './brand-pages.ts'
import { TrafficGathering } from './gathering.ts'
import { Plans } from './gathering-plan.ts'
import type { DwellTime } from './law.ts'
import type { BrandReport } from './series.ts'
import type { BrandQuestion } from './traffic-question.ts'
import { WindowPages } from './window-pages.ts'
import { untilNow } from './windows.ts'
import type { TrafficSpan, TrafficStep } from './wire.ts'

export interface BrandWalkOptions {
  readonly pages: Answers<BrandPageKey, BrandPage>
  readonly caller: Caller
  readonly dwellTime: DwellTime
  readonly brandId: number
  readonly step: TrafficStep
  /** Without gaps, in order of time; at least one. */
  readonly windows: readonly TrafficSpan[]
}

/** A brand's locations in the order of the first window's pages; the other windows are read as far as those locations need. */
export function walkBrand(question: BrandQuestion, options: BrandWalkOptions): Walk<BrandReport> {
  const [lead, ...others] = options.windows.map(window => new WindowPages(window, options))
  const plans = new Plans(options.dwellTime)
  const now = Date.now()
  const told = ({ window }: WindowPages) => untilNow(window, options.step, now)
  return walk<BrandReport, true>(async () => {
    if (!lead) return { rows: [], next: undefined }
    const [rows] = await Promise.all([lead.next(), ...others.map(pages => pages.begin())])
    const parts = await Promise.all(others.map(pages => pages.take(rows.map(({ locationId }) => locationId))))
    const reports = rows.map((row, index) => {
      const { locationId } = row
      const asked = { ...question, timeZone: question.zoneOf(locationId) }
      const gathering = new TrafficGathering(asked, plans.of(asked))
      gathering.add(told(lead), row)
      for (const [part, pages] of others.entries()) {
        const traffic = parts[part]?.[index]
        if (traffic) gathering.add(told(pages), traffic)
      }
      return { ...gathering.report(), locationId }
    })
    // A location that is newer than what is kept of the first window.
    if (lead.hasEnded && others.some(pages => pages.hasLeft)) lead.startAfresh()
    return { rows: reports, next: lead.hasEnded ? undefined : true }
  })
}
