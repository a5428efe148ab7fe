import { onOrder } from './orders.ts'

// Loaded into each process before anything of its own: servers are weighed by the same scales, and none outlives the bench.
onOrder('peak-memory', () => 1024 * process.resourceUsage().maxRSS)
onOrder('processor-time', () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
})
process.once('disconnect', () => process.exit())
