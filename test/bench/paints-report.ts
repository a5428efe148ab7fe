import { type PagePaints, views } from './paints.ts'

/** What is wanted of the first numbers that are painted, in milliseconds. */
const wanted = 1000

export function printPaints(paints: PagePaints): string {
  const heads = ['', 'paint', 'numbers', 'whole', 'again', 'numbers', 'whole']
  const rows = views.map(view => {
    const { cold, again } = paints[view]
    const times = [cold.first, cold.useful, cold.whole, again.first, again.useful, again.whole]
    return [view, ...times.map(time => time.toFixed(0))]
  })
  const isMissed = views.some(view => paints[view].cold.useful > wanted)
  return [
    'the page of the sandbox in Chromium, in ms: as the first question to a server, and again in another browser',
    ...[heads, ...rows].map(([name = '', ...cells]) =>
      [name.padEnd(10), ...cells.map(cell => cell.padStart(8))].join(' '),
    ),
    `at most ${wanted} ms until the first numbers are wanted${isMissed ? ' (missed)' : ''}`,
    '',
  ].join('\n')
}
