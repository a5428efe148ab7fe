import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { explorer } from './explorer.ts'
import { explorerPage } from './explorer-page.ts'

// GraphiQL takes 48 MiB and 100 ms to load. Both are gone when this thread ends.
const html = explorerPage(explorer(new Date(workerData)))
const packed = new Uint8Array(gzipSync(html))
const tag = createHash('sha256').update(html).digest('base64url').slice(0, 22)
parentPort?.postMessage({ packed, tag }, [packed.buffer])
