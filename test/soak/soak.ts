import { parseArgs } from 'node:util'
import { z } from 'zod'
import { growthOf } from './flatness.ts'
import { soak } from './soaking.ts'

// Sends a mix of requests to an Isotherm whose vendors fail in every way, and fails unless its memory, handles and
// sockets stay as they are.
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = z.coerce.number().positive().max(1440).parse(values.minutes)
const { readings, requests } = await soak(minutes * 60_000, ({ heapBytes, handles, sockets }) =>
  console.log(`${(heapBytes / 2 ** 20).toFixed(1)} MiB, ${handles} handles, ${sockets} sockets`),
)
console.log(`${requests} requests in ${minutes} minutes`)
for (const { measure, before, after, isFlat } of growthOf(readings)) {
  console.log(`${measure}: ${before} in the first half, ${after} in the second: ${isFlat ? 'flat' : 'GROWS'}`)
  if (!isFlat) process.exitCode = 1
}
