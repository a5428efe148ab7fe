/** Zenovay's answer, as far as it is used. */
export interface PagesAnswer {
  readonly data: {
    readonly pages: readonly {
      readonly url: string
      readonly total_interactions: number
      readonly last_updated: string
    }[]
  }
}

/** Analytiks' answer, as far as it is used. */
export interface ExportAnswer {
  readonly successes: readonly ExportRow[]
}

type Counts = Readonly<Record<string, number>>
type ExportRow = { readonly locationId: number } & { readonly [metric: string]: Counts | number | undefined }

/** What the proxy's traffic routes take. */
export interface AskedTraffic {
  readonly locations: readonly number[]
  readonly start: string
  /** Not in the answer any more. */
  readonly end: string
  readonly interval: 'hourly' | '15min'
  readonly metrics: readonly string[]
}

export function exportBody({ locations, start, end, interval }: AskedTraffic) {
  return { startDate: start, endDate: end, interval, locations }
}

export function toPages({ data }: PagesAnswer) {
  const pages = data.pages.map(({ url, total_interactions, last_updated }) => ({
    path: url,
    totalInteractions: total_interactions,
    lastInteractionAt: last_updated,
  }))
  return { pages }
}

export function toPoints(answer: ExportAnswer, asked: AskedTraffic) {
  const axis = axisOf(asked)
  return reshape(answer, asked, metric => counts => {
    const points: { readonly at: string; readonly value: number }[] = []
    for (const at of axis) {
      const value = counts[at]
      if (value !== undefined) points.push({ at, value })
    }
    return { metric, points }
  })
}

export function toColumns(answer: ExportAnswer, asked: AskedTraffic) {
  const axis = axisOf(asked)
  const stepSeconds = stepSecondsOf[asked.interval]
  const { start } = asked
  return reshape(answer, asked, metric => counts => ({
    metric,
    columns: { start, stepSeconds, values: axis.map(at => counts[at] ?? null) },
  }))
}

function reshape<Series>(
  { successes }: ExportAnswer,
  { metrics }: AskedTraffic,
  seriesOf: (metric: string) => (counts: Counts) => Series,
) {
  const readers = metrics.map(metric => ({ metric, read: seriesOf(metric) }))
  const locations = successes.map(row => ({
    id: row.locationId,
    traffic: readers.map(({ metric, read }) => {
      const counts = row[metric]
      return read(typeof counts === 'object' ? counts : {})
    }),
  }))
  return { locations }
}

const stepSecondsOf = { hourly: 3600, '15min': 900 } as const

/** The keys of the buckets from the start to before the end, as the vendor prints them. */
function axisOf({ start, end, interval }: AskedTraffic): string[] {
  const step = 1000 * stepSecondsOf[interval]
  const axis: string[] = []
  for (let at = Date.parse(start); at < Date.parse(end); at += step) {
    axis.push(`${new Date(at).toISOString().slice(0, 19)}Z`)
  }
  return axis
}
