import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { onOrder } from './orders.ts'

// Loaded into each process before anything of its own: servers are weighed by the same scales, and none outlives the bench.
onOrder('peak-memory', peakMemory)
onOrder('memory', () => process.memoryUsage.rss())
onOrder('processor-time', () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
})
let longestHold = 0
// In processor time of the loop's own thread: on a busy machine the clock also counts what others hold it for.
onOrder('watch-loop', () => {
  let before = process.threadCpuUsage()
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(before)
    longestHold = Math.max(longestHold, (user + system) / 1000)
    before = process.threadCpuUsage()
  }, 1).unref()
})
// A hold is counted at the end of it, by a timer, which an order may come before.
onOrder('longest-hold', async () => {
  await sleep(100)
  return longestHold
})
process.once('disconnect', () => process.exit())

/** In bytes. On Linux, the platform's own `maxRSS` is never less than what the parent held when it started this process. */
function peakMemory(): number {
  const status = '/proc/self/status'
  if (!existsSync(status)) return 1024 * process.resourceUsage().maxRSS
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1]
  if (peak === undefined) throw new Error(`${status} names no peak.`)
  return 1024 * Number(peak)
}
