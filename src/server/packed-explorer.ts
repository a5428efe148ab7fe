import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'

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

async function makePage(now: number): Promise<PackedPage> {
  // From source or built, the thread's file stands beside this one.
  const script = import.meta.filename.endsWith('.ts') ? './explorer-worker.ts' : './explorer-worker.js'
  const worker = new Worker(new URL(script, import.meta.url), { workerData: now })
  const [message] = await once(worker, 'message')
  const { packed, tag } = made.parse(message)
  return { packed: Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength), tag }
}

const made = z.object({ packed: z.instanceof(Uint8Array), tag: z.string() })
