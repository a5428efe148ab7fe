import type { Beside, Fleet, FleetAnswer, FleetOfSize } from './fleet.ts'

/** What fleets showed, for people: a row for each size, then how the largest stands to the proxy, and small questions beside. */
export function printFleet({ sizes, proxy, besideCold, besideAgain }: Fleet): string {
  const heads = [
    'stores',
    'cold s',
    'CPU s',
    'again s',
    'CPU s',
    'cold MiB',
    'last MiB',
    'peak MiB',
    'answer',
  ]
  const cold = sizes.at(-1)?.cold
  const ratio = cold && cold.milliseconds / proxy.milliseconds
  return [
    'thirteen months of days with their starts, cold and again, with the default cache',
    heads.map(head => head.padStart(9)).join(' '),
    ...sizes.map(printSize),
    `${'proxy'.padStart(9)} ${printAnswer(proxy)}; peak ${mebibytes(proxy.peakMemory)} MiB`,
    `the largest takes ${ratio?.toFixed(2)} of the proxy's time`,
    `small questions beside it cold: ${printBeside(besideCold)}`,
    `small questions beside it again and again: ${printBeside(besideAgain)}\n`,
  ].join('\n')
}

function printSize({ stores, cold, again, peakMemory }: FleetOfSize): string {
  // The slowest but the first, which still compiles.
  const last = again.slice(1).toSorted((one, other) => other.milliseconds - one.milliseconds)[0] ?? cold
  return [
    String(stores),
    seconds(cold.milliseconds),
    seconds(cold.processorTime),
    seconds(last.milliseconds),
    seconds(last.processorTime),
    mebibytes(cold.memory),
    mebibytes(again.at(-1)?.memory ?? 0),
    mebibytes(peakMemory),
    mebibytes(cold.answerBytes),
  ]
    .map(cell => cell.padStart(9))
    .join(' ')
}

function printAnswer({ milliseconds, processorTime }: FleetAnswer): string {
  return `${seconds(milliseconds)} s, ${seconds(processorTime)} s of CPU`
}

function printBeside({ requests, median, percentile99, longest, longestHold }: Beside): string {
  const times = [median, percentile99, longest].map(time => time.toFixed(1))
  return `${requests} with a median of ${times[0]} ms, 99th ${times[1]}, longest ${times[2]}; longest turn ${longestHold.toFixed(0)} ms of CPU`
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2)
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0)
}
