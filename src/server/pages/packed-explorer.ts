import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { openDeadline } from '../../upstream/deadline.ts'

/** GraphiQL's page: 9 MB of HTML, kept in a third of that. */
export interface PackedPage {
  /** Compressed with gzip, which every browser reads. */
  readonly packed: Buffer
  /** Differs when the page does. */
  readonly tag: string
}

/**
 * Makes GraphiQL's page when it is asked for, once for each day, since the examples in it end with yesterday. A thread makes
 * it, so nobody waits for it but those who asked. Rejects if it cannot be made; who asks next makes it try again.
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

/** Milliseconds, of which it takes some hundred on a quiet machine. */
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
  const told = once(worker, 'message')
  const ended = once(worker, 'exit').then(([code]) => {
    const how = deadline.signal.aborted ? `took more than ${milliseconds} ms` : `ended with ${code}`
    throw new Error(`the thread that makes GraphiQL's page ${how}`)
  })
  // After it was listened to, which keeps the process alive.
  worker.unref()
  const [message] = await Promise.race([told, ended])
  const { packed, tag } = made.parse(message)
  return { packed: Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength), tag }
}

/** From source or built, the thread's file stands beside this one. */
function ownScript(): URL {
  const isSource = import.meta.filename.endsWith('.ts')
  return new URL(isSource ? './explorer-worker.ts' : './explorer-worker.js', import.meta.url)
}

const made = z.object({ packed: z.instanceof(Uint8Array), tag: z.string() })
