import type { LongAnswer, Year } from './year.ts'

/** The most of the time that the calls alone take. */
const wantedRatio = 1.3

/** What a long range showed, for people: a row for each range, then how time stands to the calls and memory to the answer. */
export function printYear({ quarter, half, year, lean }: Year): string {
  const heads = ['days', 'calls', 'at once', 'seconds', 'bound s', 'ratio', 'CPU s', 'answer MiB', 'peak MiB']
  const ratio = year.milliseconds / year.bound
  const memory = year.peakMemory - quarter.peakMemory
  const answer = year.answerBytes - quarter.answerBytes
  const [less, more] = [lean.quarter, lean.year]
  return [
    'a year of hourly data for 200 locations, from calls of 200 ms',
    heads.map(head => head.padStart(10)).join(' '),
    ...[quarter, half, year].map(printRow),
    `time: ${ratio.toFixed(2)} of the bound, at most ${wantedRatio} is wanted${ratio <= wantedRatio ? '' : ' (missed)'}`,
    `memory: from a quarter to a year the peak grows by ${mebibytes(memory)} MiB, the answer by ${mebibytes(answer)} MiB`,
    `without room for garbage: a heap of ${less.heap} MiB answers a quarter and ${more.heap} a year, with peaks of ${mebibytes(less.peakMemory)} and ${mebibytes(more.peakMemory)} MiB\n`,
  ].join('\n')
}

function printRow(one: LongAnswer): string {
  return [
    String(one.days),
    String(one.calls),
    String(one.parallelism),
    (one.milliseconds / 1000).toFixed(2),
    (one.bound / 1000).toFixed(2),
    (one.milliseconds / one.bound).toFixed(2),
    (one.processorTime / 1000).toFixed(2),
    mebibytes(one.answerBytes),
    mebibytes(one.peakMemory),
  ]
    .map(cell => cell.padStart(10))
    .join(' ')
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1)
}
