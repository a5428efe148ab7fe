import { areKept, touchToday } from '../../providers/posthog/heat-days.ts'
import type { Heat, HeatQuestion } from '../../providers/posthog/records.ts'
import type { PostHogSources } from '../../providers/posthog/sources.ts'
import { readHeat } from '../../providers/posthog/whole-heat.ts'
import type { RequestScope } from '../../upstream/source/request-scope.ts'
import type { HeatOverlay, ScreenshotReference } from '../references.ts'

/** The heat drawn over a page. */
export interface OverlayHeat {
  readonly question: HeatQuestion
  readonly heat: Heat
  /** The heat of the days that it is compared with. */
  readonly before: { readonly question: HeatQuestion; readonly heat: Heat } | null
}

/** The vendor no longer has all of a link's days. */
export class PastHeat extends Error {
  override readonly name = 'PastHeat'

  constructor() {
    super('PostHog no longer has all days of this heat.')
  }
}

/** Loads the heat of an image whose page is that many CSS pixels wide: with the same questions as its numbers. */
export async function askHeat(
  { heat: source, heatmapDays }: Pick<PostHogSources, 'heat' | 'heatmapDays'>,
  { scope, overlay }: { readonly scope: ScreenshotReference['scope']; readonly overlay: HeatOverlay },
  width: number,
  requestScope: RequestScope,
): Promise<OverlayHeat> {
  const { page, type, aggregation, against } = overlay
  const viewport = overlay.viewport ?? around(width)
  const ask = async (days: HeatOverlay['days']) => {
    if (!areKept(days, heatmapDays, Date.now())) throw new PastHeat()
    const question = { page, type, aggregation, viewport, days }
    return { question, heat: await readHeat(source, { scope, question }, requestScope) }
  }
  const [now, before = null] = await Promise.all([ask(overlay.days), ...(against ? [ask(against)] : [])])
  return { ...now, before }
}

/** How long an image with this heat may be cached, in seconds: with days that are not over, no longer than their heat. */
export function overlaySeconds(
  { days, against = days }: HeatOverlay,
  screenshotSeconds: number,
  now: number,
): number {
  const isRunning = [days, against].some(days => touchToday(days, now))
  return isRunning ? Math.min(screenshotSeconds, runningSeconds) : screenshotSeconds
}

const runningSeconds = 30

/** A tenth on each side, as on the vendor's own page (vendor source). */
function around(width: number): HeatQuestion['viewport'] {
  return { min: Math.ceil(width * 0.9), max: Math.floor(width * 1.1) }
}
