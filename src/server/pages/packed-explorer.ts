import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { openDeadline } from '../../upstream/deadline.ts'

/** GraphiQL's page: 9 MB of HTML, stored in a third of that. */
export interface PackedPage {
  /** Compressed with gzip, which every browser reads. */
  readonly packed: Buffer
  /** Changes with the page. */
  readonly tag: string
}

/**
 * Makes GraphiQL's page on request, once a day, since its examples end with yesterday. A thread makes it, so that only its
 * readers wait. Rejects if it cannot be made; the next request tries again.
 */
export function packedExplorer(
  now: () => number = () => Date.now(),
  make: (now: number) => Promise<PackedPage> = makePage,
): () => Promise<PackedPage> {
  let last: { readonly day: number; readonly page: Promise<PackedPage> } | undefined
  return () => {
    const day = Math.floor(now() / 86_400_000)
    if (last?.day === day) return last.page
    const current = { day, page: make(now()) }
    last = current
    current.page.catch(() => {
      if (last === current) last = undefined
    })
    return current.page
  }
}

/** Milliseconds; on a quiet machine it takes some hundred. */
const patience = 30_000

/** Rejects if the thread ends without a page, and ends one that takes too long. The process does not wait for it. */
export async function makePage(
  now: number,
  script: URL = ownScript(),
  milliseconds = patience,
): Promise<PackedPage> {
  const worker = new Worker(script, { workerData: now })
  using deadline = openDeadline(milliseconds)
  deadline.signal.addEventListener('abort', () => void worker.terminate())
  const sent = once(worker, 'message')
  const ended = once(worker, 'exit').then(([code]) => {
    const how = deadline.signal.aborted ? `took more than ${milliseconds} ms` : `ended with ${code}`
    throw new Error(`the thread that makes GraphiQL's page ${how}`)
  })
  // After listeners are attached, which keep the process alive.
  worker.unref()
  const [message] = await Promise.race([sent, ended])
  const { packed, tag } = made.parse(message)
  return { packed: Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength), tag }
}

/** From source or built, the thread's file lies beside this one. */
function ownScript(): URL {
  const isSource = import.meta.filename.endsWith('.ts')
  return new URL(isSource ? './explorer-worker.ts' : './explorer-worker.js', import.meta.url)
}

const made = z.object({ packed: z.instanceof(Uint8Array), tag: z.string() })
