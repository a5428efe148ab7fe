import { type Starts, starters } from './start.ts'

const names = {
  proxy: 'bare proxy',
  dist: 'dist',
  source: 'source',
  sandbox: 'source, sandbox',
} as const

/** What is wanted of a start: milliseconds until it listens, and MiB when it is idle. */
const wanted = {
  dist: { listening: 500, idleMemory: 110 },
  source: { listening: 800, idleMemory: 110 },
} as const

/** What the starts took, for people. */
export function printStarts(starts: Starts): string {
  const heads = ['', 'listens ms', 'answers ms', 'CPU ms', 'idle MiB']
  const rows = starters.map(starter => {
    const start = starts[starter]
    if (!start) return [names[starter], 'not built (npm run build)']
    const { listening, answered, processorTime, idleMemory } = start
    return [
      names[starter],
      listening.toFixed(0),
      answered.toFixed(0),
      processorTime.toFixed(0),
      (idleMemory / 1024 ** 2).toFixed(0),
    ]
  })
  return [
    'from its start to its first response, and idle after it',
    ...[heads, ...rows].map(([name = '', ...cells]) =>
      [name.padEnd(16), ...cells.map(cell => cell.padStart(10))].join(' '),
    ),
    ...verdicts(starts),
    '',
  ].join('\n')
}

function verdicts(starts: Starts): readonly string[] {
  return (['dist', 'source'] as const).flatMap(starter => {
    const start = starts[starter]
    if (!start) return []
    const { listening, idleMemory } = wanted[starter]
    const mebibytes = start.idleMemory / 1024 ** 2
    const isMissed = start.listening > listening || mebibytes > idleMemory
    return [
      `${names[starter]}: at most ${listening} ms and ${idleMemory} MiB are wanted${isMissed ? ' (missed)' : ''}`,
    ]
  })
}
