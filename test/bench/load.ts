import { Pool } from 'undici'
import { z } from 'zod'
import { onOrder } from './orders.ts'
import { type BenchRequest, questions } from './questions.ts'

/** Asks one question over and over. What is answered is read and thrown away: the time is the server's. */
const order = z.object({
  origin: z.string(),
  question: z.enum(['websites', 'points', 'columns']),
  asker: z.enum(['isotherm', 'proxy']),
  /** No two loads of one server share a number. */
  first: z.int(),
  milliseconds: z.int(),
  /** How many requests differ, after which they begin again; by default all. */
  different: z.int().optional(),
  /** The header of that name. */
  authorization: z.string().optional(),
})

onOrder('load', async value => {
  const { origin, question, asker, first, milliseconds, different, authorization } = order.parse(value)
  const { connections, [asker]: request } = questions[question]
  await using resources = new AsyncDisposableStack()
  const pool = new Pool(origin, { connections })
  resources.defer(() => pool.close())
  const durations: number[] = []
  const start = performance.now()
  let next = first
  const numberOf = (n: number) => (different === undefined ? n : n % different)
  const ask = async () => {
    while (performance.now() - start < milliseconds) {
      const asked = performance.now()
      await answered(pool, request(numberOf(next++)), authorization)
      durations.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: connections }, ask))
  const seconds = (performance.now() - start) / 1000
  durations.sort((one, other) => one - other)
  const at = (share: number) => durations[Math.floor(share * (durations.length - 1))] ?? 0
  return { requests: durations.length, seconds, median: at(0.5), percentile99: at(0.99) }
})

async function answered(
  pool: Pool,
  { method, path, body }: BenchRequest,
  authorization: string | undefined,
): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(authorization !== undefined && { authorization }),
  }
  const answer = await pool.request({ method, path, headers, body: body ?? null })
  await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER })
  if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`)
}

// Orders are all that it lives for.
process.channel?.ref()
