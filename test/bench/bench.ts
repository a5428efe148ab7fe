import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type Contest, contest } from './contest.ts'
import { measureCoverage, printCoverage, type RequestCoverage } from './coverage.ts'
import { askDearest, type DearAnswer } from './dearest.ts'
import { printDearest } from './dearest-report.ts'
import { type Overhead, printOverhead, weighOverhead } from './overhead.ts'
import { type PausesCost, printPauses, weighPauses } from './pauses.ts'
import { openPictures, type Pictures } from './pictures.ts'
import { printPictures } from './pictures-report.ts'
import { locationCount, questions } from './questions.ts'
import { askRepeats, printRepeats, type Repeats } from './repeats.ts'
import { printContest } from './report.ts'
import { measureStarts, type Starts } from './start.ts'
import { printStarts } from './start-report.ts'
import { askYear, type Year } from './year.ts'
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
const names = [
  'websites',
  'points',
  'columns',
  'year',
  'dearest',
  'pauses',
  'pictures',
  'repeats',
  'overhead',
  'start',
  'coverage',
] as const
const named = z.array(z.enum(names)).parse(positionals)
const asked = named.length > 0 ? named : names

type Result =
  | Contest
  | Year
  | Pictures
  | PausesCost
  | Repeats
  | Overhead
  | Starts
  | readonly DearAnswer[]
  | readonly RequestCoverage[]

const results: Record<string, Result> = {}
await using resources = new AsyncDisposableStack()
const folder = await mkdtemp(join(tmpdir(), 'isotherm-bench-'))
resources.defer(() => rm(folder, { recursive: true }))
const catalogFile = join(folder, 'catalog.yaml')
await writeFile(catalogFile, catalog())
for (const name of asked) {
  if (name === 'year') {
    const measured = await askYear(catalogFile)
    results[name] = measured
    console.log(printYear(measured))
    continue
  }
  if (name === 'dearest') {
    const measured = await askDearest(folder)
    results[name] = measured
    console.log(printDearest(measured))
    continue
  }
  if (name === 'pauses') {
    const measured = await weighPauses(catalog())
    results[name] = measured
    console.log(printPauses(measured))
    continue
  }
  if (name === 'repeats') {
    const measured = await askRepeats(catalogFile, pace)
    results[name] = measured
    console.log(printRepeats(measured))
    continue
  }
  if (name === 'overhead') {
    const measured = await weighOverhead(catalogFile, folder, pace)
    results[name] = measured
    console.log(printOverhead(measured))
    continue
  }
  if (name === 'pictures') {
    const measured = await openPictures(pace.rounds)
    results[name] = measured
    console.log(printPictures(measured))
    continue
  }
  if (name === 'start') {
    const measured = await measureStarts(catalogFile, resolve(values.checkout), pace.rounds)
    results[name] = measured
    console.log(printStarts(measured))
    continue
  }
  if (name === 'coverage') {
    const measured = await measureCoverage(resolve(values.checkout))
    results[name] = measured
    console.log(printCoverage(measured))
    continue
  }
  const measured = await contest(name, catalogFile, pace)
  results[name] = measured
  console.log(printContest(questions[name], measured))
}
await writeFile(values.output, `${JSON.stringify(results, null, 2)}\n`)

function catalog(): string {
  const entries = Array.from(
    { length: locationCount },
    (_, index) =>
      `  - { id: store-${index + 1}, name: Store ${index + 1}, timeZone: Europe/London, analytiks: { locationId: ${index + 1} } }\n`,
  )
  return `locations:\n${entries.join('')}`
}
