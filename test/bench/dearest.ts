import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Pool } from 'undici'
import { z } from 'zod'
import { startServer } from './process.ts'
import { printDay, uuidOf } from './questions.ts'

/** What one of the dearest operations that are accepted took, of a process that has answered little before. */
export interface DearAnswer {
  readonly name: string
  readonly estimated: number
  readonly maximum: number
  readonly milliseconds: number
  readonly answerBytes: number
  /** What the peak of the process's memory grew by, in bytes. */
  readonly addedMemory: number
  /** The longest that one turn of the event loop worked, in milliseconds of the processor. */
  readonly longestHold: number
}

const stores = 3000
const firstDay = 20_000
const range = (days: number) =>
  `range: { utc: { start: "${printDay(firstDay)}", end: "${printDay(firstDay + days)}" } }`
const traffic = (locations: number, days: number, rest: string, inner: string) =>
  `{ locations(first: ${locations}) { nodes { traffic(${range(days)}, ${rest}) { ${inner} } } } }`
const repeat = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ')

/** Each as dear as the ceilings of cost and of the response let it be. */
const operations = {
  'pages of websites of pages': `{ ${repeat(35, index => `a${index}: website(by: { zenovayId: "${uuidOf(index)}" }) { views(first: 100) { nodes { website { views(first: 100) { nodes { id path name } } } } } }`)} }`,
  'a year of hours of 45 stores as points': traffic(
    45,
    365,
    'metrics: [VISITS]',
    'points { at localAt value }',
  ),
  'a year of hours of 3,000 stores as columns': traffic(
    stores,
    365,
    'metrics: [VISITS]',
    'columns { values }',
  ),
  'a year of days of 3,000 stores as columns with starts': traffic(
    stores,
    365,
    'interval: DAILY',
    'metric columns { starts values }',
  ),
  '1,800 aliases in 3,000 stores': `{ locations(first: ${stores}) { nodes { ${repeat(1800, index => `a${index}: name`)} } } }`,
}

export async function askDearest(folder: string): Promise<readonly DearAnswer[]> {
  const catalogFile = join(folder, 'dearest.yaml')
  await writeFile(catalogFile, catalog())
  const answers: DearAnswer[] = []
  for (const [name, query] of Object.entries(operations)) answers.push(await askOne(name, query, catalogFile))
  return answers
}

/** The bench ends by itself, whatever is measured. */
const limit = 300_000

async function askOne(name: string, query: string, catalogFile: string): Promise<DearAnswer> {
  await using resources = new AsyncDisposableStack()
  const emulator = resources.use(await startServer('emulator.ts'))
  const environment = {
    PORT: '0',
    ISOTHERM_SANDBOX: 'off',
    ISOTHERM_CACHE_BYTES: '0',
    ISOTHERM_CATALOG: catalogFile,
    ANALYTIKS_CLIENT_ID: 'bench',
    ANALYTIKS_CLIENT_SECRET: 'bench',
    ANALYTIKS_TOKEN_URL: `${emulator.origin}/token`,
    ANALYTIKS_EXPORTS_URL: emulator.origin,
    ZENOVAY_API_KEY: 'bench',
    ZENOVAY_URL: emulator.origin,
    ZENOVAY_PLAN: 'enterprise',
  }
  const isotherm = resources.use(await startServer('../../src/main.ts', { environment }))
  const pool = new Pool(isotherm.origin, { headersTimeout: limit, bodyTimeout: limit })
  resources.defer(() => pool.close())
  await ask(pool, '{ locations(first: 1) { nodes { name } } }')

  const before = await isotherm.order('peak-memory', z.number())
  await isotherm.order('watch-loop', z.unknown())
  const start = performance.now()
  const { answerBytes, cost } = await ask(pool, query)
  const milliseconds = performance.now() - start
  return {
    name,
    ...cost,
    milliseconds,
    answerBytes,
    addedMemory: (await isotherm.order('peak-memory', z.number())) - before,
    longestHold: await isotherm.order('longest-hold', z.number()),
  }
}

const Cost = z.object({ estimated: z.number(), maximum: z.number() })

/** Holds no more of an answer than its end, which tells the cost. Rejects for one with errors. */
async function ask(pool: Pool, query: string) {
  const answer = await pool.request({
    method: 'POST',
    path: '/graphql',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'isotherm-explain': 'cost',
    },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(limit),
  })
  let answerBytes = 0
  let start = ''
  let end = ''
  for await (const chunk of answer.body) {
    answerBytes += chunk.length
    const text = chunk.toString('latin1')
    if (start.length < 500) start += text.slice(0, 500)
    end = (end + text).slice(-1000)
  }
  const cost = /"cost":(\{[^}]*\})/.exec(end)?.[1]
  if (answer.statusCode !== 200 || start.includes('"errors"') || !cost)
    throw new Error(`answered ${answer.statusCode}: ${start} … ${end}`)
  return { answerBytes, cost: Cost.parse(JSON.parse(cost)) }
}

function catalog(): string {
  const entries = Array.from(
    { length: stores },
    (_, index) =>
      `  - { id: store-${index + 1}, name: Store ${index + 1}, timeZone: Europe/London, analytiks: { locationId: ${index + 1} } }\n`,
  )
  return `locations:\n${entries.join('')}`
}
