import type { AskedTraffic, ExportAnswer } from './proxy-shapes.ts'

/** A question about the days of a fleet, by the clock of its stores. */
export interface AskedDays {
  readonly locations: readonly number[]
  /** The first day, and the first day after the range. */
  readonly start: string
  readonly end: string
  readonly timeZone: string
  readonly metric: string
}

interface Days {
  readonly starts: readonly string[]
  readonly indexes: ReadonlyMap<string, number>
}

type ReadExport = (asked: AskedTraffic) => Promise<ExportAnswer>

const [day, window, page, atOnce] = [86_400_000, 5 * 86_400_000, 50, 8]

/** Reads a fleet's range in calls of 5 days and 50 stores, a few at once, and sums what comes into days. */
export async function readDays(asked: AskedDays, readExport: ReadExport): Promise<object> {
  const { locations, metric, timeZone } = asked
  const [start, end] = [asked.start, asked.end].map(date => midnight(date, timeZone))
  const { starts, indexes } = daysOf(asked)
  const sums = new Map(locations.map(id => [id, new Array<number | null>(starts.length).fill(null)]))
  const calls: AskedTraffic[] = []
  for (let from = Math.floor((start ?? 0) / window) * window; from < (end ?? 0); from += window) {
    for (let index = 0; index < locations.length; index += page) {
      calls.push({
        locations: locations.slice(index, index + page),
        start: new Date(from).toISOString(),
        end: new Date(from + window).toISOString(),
        interval: 'hourly',
        metrics: [metric],
      })
    }
  }
  const work = async () => {
    for (let call = calls.pop(); call; call = calls.pop()) {
      const { successes } = await readExport(call)
      // The end of a window is in the vendor's answer, and the first hour of the next.
      const last = `${call.end.slice(0, 19)}Z`
      for (const row of successes) {
        const values = sums.get(row.locationId)
        const counts = row[metric]
        if (!values || typeof counts !== 'object') continue
        for (const key in counts) {
          const index = key === last ? undefined : indexes.get(key)
          if (index !== undefined) values[index] = (values[index] ?? 0) + (counts[key] ?? 0)
        }
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const rows = locations.map(id => ({ id, traffic: [{ columns: { starts, values: sums.get(id) } }] }))
  return { locations: rows }
}

function daysOf({ start, end, timeZone }: AskedDays): Days {
  const starts: string[] = []
  const indexes = new Map<string, number>()
  for (let date = Temporal.PlainDate.from(start); date.toString() < end; date = date.add({ days: 1 })) {
    const [from, until] = [date, date.add({ days: 1 })].map(one => midnight(one.toString(), timeZone))
    for (let at = from ?? 0; at < (until ?? 0); at += day / 24)
      indexes.set(`${new Date(at).toISOString().slice(0, 19)}Z`, starts.length)
    starts.push(new Date(from ?? 0).toISOString())
  }
  return { starts, indexes }
}

function midnight(date: string, timeZone: string): number {
  return Temporal.PlainDate.from(date).toZonedDateTime(timeZone).epochMilliseconds
}
