import { afterEach, beforeEach, vi } from 'vitest'
import type { Question } from '../../../src/upstream/breaker/guard.ts'
import type { CallContext } from '../../../src/upstream/call-context.ts'

/** In the tests of a file no timer runs until time is let pass. */
export function holdTimers(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}

export async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
}

export const read: Question = { name: 'q', isRead: true }

export function start(): CallContext {
  return { signal: new AbortController().signal }
}
