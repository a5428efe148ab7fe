import type { DearAnswer } from './dearest.ts'

/** The most that an accepted operation may add to memory, in bytes, and hold the event loop for, in milliseconds. */
const wanted = { memory: 1024 ** 3, hold: 100 }

/** What the dearest accepted operations took, for people: a row for each. */
export function printDearest(answers: readonly DearAnswer[]): string {
  const heads = ['cost', 'of', 'seconds', 'answer MiB', 'added MiB', 'held ms']
  return [
    'the dearest operations that are accepted',
    heads.map(head => head.padStart(10)).join(' '),
    ...answers.map(printRow),
    '',
  ].join('\n')
}

function printRow(one: DearAnswer): string {
  const cells = [
    String(one.estimated),
    String(one.maximum),
    (one.milliseconds / 1000).toFixed(2),
    mebibytes(one.answerBytes),
    mebibytes(one.addedMemory),
    one.longestHold.toFixed(0),
  ]
  const isMissed = one.addedMemory > wanted.memory || one.longestHold > wanted.hold
  return `${cells.map(cell => cell.padStart(10)).join(' ')}  ${one.name}${isMissed ? ' (missed)' : ''}`
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1)
}
