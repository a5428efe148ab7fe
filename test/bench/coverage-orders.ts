import { Session } from 'node:inspector/promises'
import { onOrder } from './orders.ts'

// Loaded before anything of the server: V8 counts blocks only in what it compiles after this call.
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/** Returns what ran since the last order of this kind. */
onOrder('take-coverage', async () => {
  const { result } = await session.post('Profiler.takePreciseCoverage')
  return result.filter(({ url }) => url.startsWith('file:'))
})
