import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { onOrder } from './orders.ts'

// Loaded into each process before anything of its own: servers are weighed by the same scales, and none outlives the bench.
onOrder('peak-memory', () => 1024 * process.resourceUsage().maxRSS)
onOrder('processor-time', () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
})
const holds = monitorEventLoopDelay({ resolution: 5 })
onOrder('watch-loop', () => {
  holds.reset()
  return holds.enable()
})
// A hold is counted at the end of it, by a timer, which an order may come before.
onOrder('longest-hold', async () => {
  await sleep(100)
  return holds.max / 1_000_000
})
process.once('disconnect', () => process.exit())
