import { askerNames, peerNames } from './askers.ts'
import type { Contest } from './contest.ts'
import type { Question } from './questions.ts'

/** What a question showed, for people: a row for each that was asked, then how Isotherm stands to the others. */
export function printContest({ name, speed, memory }: Question, contest: Contest): string {
  const rows = askerNames.flatMap(asker => {
    const measured = contest[asker]
    if (!measured) return []
    const { requestsPerSecond, median, percentile99, processorTimePerRequest, ...weight } = measured
    const { upstreamCallsPerRequest, peakMemory, loadShare } = weight
    return [
      asker.padEnd(10),
      requestsPerSecond.toFixed(1).padStart(10),
      median.toFixed(2).padStart(10),
      percentile99.toFixed(1).padStart(10),
      processorTimePerRequest.toFixed(3).padStart(10),
      upstreamCallsPerRequest.toFixed(2).padStart(10),
      (peakMemory / 1024 ** 2).toFixed(0).padStart(10),
      loadShare.toFixed(2).padStart(10),
    ].join(' ')
  })
  const heads = ['', 'requests/s', 'median ms', '99th ms', 'CPU ms', 'calls each', 'peak MiB', 'load CPU']
  const { isotherm, proxy } = contest
  const peers = peerNames.flatMap(peer => {
    const measured = contest[peer]
    return measured
      ? [`${(isotherm.requestsPerSecond / measured.requestsPerSecond).toFixed(2)} of ${peer}'s`]
      : []
  })
  const verdicts = [
    verdict('speed', isotherm.requestsPerSecond / proxy.requestsPerSecond, speed, 'at least'),
    ...peers,
    ...(memory === undefined
      ? []
      : [verdict('memory', isotherm.peakMemory / proxy.peakMemory, memory, 'at most')]),
  ]
  return [
    name,
    heads.map((head, index) => (index === 0 ? head.padEnd(10) : head.padStart(10))).join(' '),
    ...rows,
    `${verdicts.join('; ')}\n`,
  ].join('\n')
}

function verdict(what: string, ratio: number, bound: number, direction: 'at least' | 'at most'): string {
  const isMet = direction === 'at least' ? ratio >= bound : ratio <= bound
  return `${what}: ${ratio.toFixed(2)} of the proxy's, ${direction} ${bound} is wanted${isMet ? '' : ' (missed)'}`
}
