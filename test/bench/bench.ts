import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { askAgain, printAgain } from './again.ts'
import { contest, type QuestionName } from './contest.ts'
import { measureCoverage, printCoverage } from './coverage.ts'
import { askDearest } from './dearest.ts'
import { printDearest } from './dearest-report.ts'
import { askFleet } from './fleet.ts'
import { printFleet } from './fleet-report.ts'
import { askHot, printHot } from './hot.ts'
import { measureLatency, printLatency } from './latency.ts'
import { printOverhead, weighOverhead } from './overhead.ts'
import { measurePaints } from './paints.ts'
import { printPaints } from './paints-report.ts'
import { printPauses, weighPauses } from './pauses.ts'
import { openPictures } from './pictures.ts'
import { printPictures } from './pictures-report.ts'
import { locationCount, questions } from './questions.ts'
import { askRepeats, printRepeats } from './repeats.ts'
import { printContest } from './report.ts'
import { measureStarts } from './start.ts'
import { printStarts } from './start-report.ts'
import { askYear } from './year.ts'
import { printYear } from './year-report.ts'

// Asks all questions, or those that are named; writes what was measured to a file as JSON.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    output: { type: 'string', default: 'bench.json' },
    // Whose coverage and start are measured: a folder with a version of Isotherm and its node_modules.
    checkout: { type: 'string', default: '.' },
  },
})
const pace = {
  warmUpMilliseconds: 3000,
  roundMilliseconds: 1000 * z.coerce.number().positive().parse(values.seconds),
  rounds: z.coerce.number().int().positive().parse(values.rounds),
}
await using resources = new AsyncDisposableStack()
const folder = await mkdtemp(join(tmpdir(), 'isotherm-bench-'))
resources.defer(() => rm(folder, { recursive: true }))
const catalogFile = join(folder, 'catalog.yaml')
await writeFile(catalogFile, catalog())

/** What a section measures, and prints of it. */
const sections = {
  websites: section(contestOf('websites'), measured => printContest(questions.websites, measured)),
  large: section(contestOf('large'), measured => printContest(questions.large, measured)),
  hot: section(() => askHot(catalogFile, pace), printHot),
  latency: section(() => measureLatency(catalogFile, pace), printLatency),
  points: section(contestOf('points'), measured => printContest(questions.points, measured)),
  columns: section(contestOf('columns'), measured => printContest(questions.columns, measured)),
  year: section(() => askYear(catalogFile), printYear),
  again: section(() => askAgain(catalogFile), printAgain),
  fleet: section(() => askFleet(folder), printFleet),
  dearest: section(() => askDearest(folder), printDearest),
  pauses: section(() => weighPauses(catalog()), printPauses),
  pictures: section(() => openPictures(pace.rounds), printPictures),
  repeats: section(() => askRepeats(catalogFile, pace), printRepeats),
  overhead: section(() => weighOverhead(catalogFile, folder, pace), printOverhead),
  start: section(() => measureStarts(resolve(values.checkout), pace.rounds), printStarts),
  page: section(() => measurePaints(pace.rounds), printPaints),
  coverage: section(() => measureCoverage(resolve(values.checkout)), printCoverage),
}
const names = z.array(z.literal(Object.keys(sections))).parse(positionals)
const results: Record<string, unknown> = {}
for (const [name, measure] of Object.entries(sections))
  if (names.length === 0 || names.includes(name)) results[name] = await measure()
await writeFile(values.output, `${JSON.stringify(results, null, 2)}\n`)

function section<Measured>(measure: () => Promise<Measured>, print: (measured: Measured) => string) {
  return async () => {
    const measured = await measure()
    console.log(print(measured))
    return measured
  }
}

function contestOf(name: QuestionName) {
  return () => contest(name, catalogFile, pace)
}

function catalog(): string {
  const entries = Array.from(
    { length: locationCount },
    (_, index) =>
      `  - { id: store-${index + 1}, name: Store ${index + 1}, timeZone: Europe/London, analytiks: { locationId: ${index + 1} } }\n`,
  )
  return `locations:\n${entries.join('')}`
}
