import { Pool } from 'undici'
import { z } from 'zod'
import { onOrder } from './orders.ts'

/** Opens each of many pictures once, so many at the same time, and throws them away. */
const order = z.object({ origin: z.string(), paths: z.array(z.string()), connections: z.int() })

onOrder('open', async value => {
  const { origin, paths, connections } = order.parse(value)
  await using resources = new AsyncDisposableStack()
  const pool = new Pool(origin, { connections })
  resources.defer(() => pool.close())
  const left = paths.values()
  let bytes = 0
  const start = performance.now()
  const open = async () => {
    for (const path of left) {
      const answer = await pool.request({ method: 'GET', path })
      if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`)
      for await (const chunk of answer.body) bytes += chunk.byteLength
    }
  }
  await Promise.all(Array.from({ length: connections }, open))
  return { seconds: (performance.now() - start) / 1000, bytes }
})

// Orders are all that it lives for.
process.channel?.ref()
