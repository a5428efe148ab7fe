import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { z } from 'zod'
import { onOrder } from './orders.ts'
import { questions } from './questions.ts'

// Asks small questions one after the other, beside whatever else the server does, until it is told to stop.
const order = z.object({ origin: z.string() })

/** So many websites, so that each is asked upstream only once. */
const different = 8
/** Between two questions, in milliseconds. */
const pause = 4

let asking: { readonly isOver: AbortController; readonly done: Promise<number[]> } | undefined

onOrder('ask', value => {
  const { origin } = order.parse(value)
  const isOver = new AbortController()
  asking = { isOver, done: askUntil(origin, isOver.signal) }
})

onOrder('stop', async () => {
  asking?.isOver.abort()
  const durations = (await asking?.done) ?? []
  durations.sort((one, other) => one - other)
  const at = (share: number) => durations[Math.floor(share * (durations.length - 1))] ?? 0
  return { requests: durations.length, median: at(0.5), percentile99: at(0.99), longest: at(1) }
})

async function askUntil(origin: string, over: AbortSignal): Promise<number[]> {
  await using resources = new AsyncDisposableStack()
  const pool = new Pool(origin, { connections: 1 })
  resources.defer(() => pool.close())
  const durations: number[] = []
  for (let n = 0; !over.aborted; n++) {
    const { method, path, body } = questions.websites.isotherm(n % different)
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const start = performance.now()
    const answer = await pool.request({ method, path, headers, body: body ?? null })
    await answer.body.dump()
    if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`)
    if (n >= different) durations.push(performance.now() - start)
    await sleep(pause)
  }
  return durations
}

// Orders are all that it lives for.
process.channel?.ref()
