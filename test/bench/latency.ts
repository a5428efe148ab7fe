import { askerNames } from './askers.ts'
import { type Contest, contest, type Pace } from './contest.ts'

/** One request at a time, each another website, nothing kept: how long it takes. */
export function measureLatency(catalogFile: string, pace: Pace): Promise<Contest> {
  return contest('websites', catalogFile, pace, { connections: 1 })
}

export function printLatency(latency: Contest): string {
  const rows = askerNames.flatMap(asker => {
    const measured = latency[asker]
    if (!measured) return []
    const { median, percentile99, processorTimePerRequest } = measured
    const added = (median - latency.proxy.median).toFixed(2)
    return [
      `${asker.padEnd(10)} median ${median.toFixed(2)} ms (${added} more than the proxy), 99th ${percentile99.toFixed(2)} ms, ${processorTimePerRequest.toFixed(3)} ms of CPU`,
    ]
  })
  return `20 rows of a website, one request at a time\n${rows.join('\n')}\n`
}
