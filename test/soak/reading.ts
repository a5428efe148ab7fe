import { getActiveResourcesInfo } from 'node:process'
import { onOrder } from '../bench/orders.ts'

// Loaded into the process under soak before anything of its own.
onOrder('reading', () => {
  // One collection leaves what only weak references and finalizers hold.
  for (let time = 0; time < 3; time++) globalThis.gc?.()
  const resources = getActiveResourcesInfo()
  return {
    heapBytes: process.memoryUsage().heapUsed,
    handles: resources.length,
    sockets: resources.filter(name => /TCP|TLS|Pipe/.test(name)).length,
  }
})
