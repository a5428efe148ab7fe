/** What an export asks, as it is on the wire. */
export interface AskedExport {
  readonly startDate: string
  readonly endDate: string
  readonly interval: 'hourly' | '15min'
  readonly locations: readonly number[]
}

const metrics = ['visits', 'dwellTime', 'groupVisits', 'bounces', 'allVisits', 'peakOccupancy', 'walkBys']

/** Stores whose ids are this far apart count the same. */
const variants = 10

const stepMinutes = { hourly: 60, '15min': 15 } as const

/** Bodies of Analytiks exports. What locations of a range share is printed once, so that answering costs next to nothing. */
export class TrafficBodies {
  readonly #maps = new Map<string, readonly Buffer[]>()

  answer({ startDate, endDate, interval, locations }: AskedExport): Buffer {
    const name = `${startDate} ${endDate} ${interval}`
    const maps = this.#maps.getOrInsertComputed(name, () => printMaps(startDate, endDate, interval))
    const rows = locations.flatMap((id, index) => [
      Buffer.from(`${index === 0 ? '' : ','}{"locationId":${id},`),
      maps[id % variants] ?? Buffer.alloc(0),
    ])
    return Buffer.concat([Buffer.from('{"successes":['), ...rows, Buffer.from('],"failures":{}}')])
  }
}

/** For each variant everything of a row behind its id. The range's end is in it, as it looks to be at the vendor. */
function printMaps(startDate: string, endDate: string, interval: AskedExport['interval']): Buffer[] {
  const step = stepMinutes[interval] * 60_000
  const keys: string[] = []
  for (let at = Math.ceil(Date.parse(startDate) / step) * step; at <= Date.parse(endDate); at += step) {
    keys.push(`${new Date(at).toISOString().slice(0, 19)}Z`)
  }
  return Array.from({ length: variants }, (_, variant) => {
    const maps = metrics.map((metric, index) => [
      metric,
      Object.fromEntries(keys.flatMap((key, bucket) => counted(key, bucket, variant, index))),
    ])
    return Buffer.from(JSON.stringify({ ...Object.fromEntries(maps), pointOfInterest: [] }).slice(1))
  })
}

/** One bucket in ten was not reported. */
function counted(key: string, bucket: number, variant: number, metric: number): [string, number][] {
  const noise = (bucket * 7919 + variant * 104_729 + metric * 1_299_709) % 1009
  return noise % 10 === 0 ? [] : [[key, metric === 1 ? 1000 * noise : noise]]
}
