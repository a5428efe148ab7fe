import { readFile } from 'node:fs/promises'
import type { Child } from './child.ts'

/** The ids of the processes that a process has started. */
export async function childrenOf({ process: { pid } }: Child): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.trim().split(' ').filter(Boolean).map(Number)
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
