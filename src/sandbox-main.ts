import { once } from 'node:events'
import { startSandbox } from './sandbox.ts'

await using sandbox = await startSandbox()
console.log('# The emulated upstreams, until Ctrl-C. Put these into the environment of what you develop:')
for (const [name, value] of Object.entries(sandbox.environment())) console.log(`${name}=${value}`)
await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
