import DataLoader from 'dataloader'

/** How long keys are collected into one batch, in milliseconds. */
export interface BatchWindow {
  /** A batch starts once no key has come for that long, */
  readonly quiet: number
  /** but at most so long after its first key. */
  readonly longest: number
  /** While an earlier batch is being loaded it waits for that, but at most so long. */
  readonly longestBehind: number
}

/**
 * Loads keys of different requests in batches, which a RequestLoader does for the keys of one request. Keys are not
 * deduplicated.
 */
export function batchInWindows<Key, Value>(
  load: (keys: readonly Key[]) => Promise<readonly (Value | Error)[]>,
  { quiet, longest, longestBehind }: BatchWindow,
): (key: Key) => Promise<Value> {
  let start: (() => void) | undefined
  let timer: NodeJS.Timeout | undefined
  let latest = 0
  let loading = 0

  const wait = () => {
    clearTimeout(timer)
    const rest = latest - performance.now()
    // On a busy machine a timer fires before sockets with waiting data are read.
    const later = () => setImmediate(() => timer === current && start?.())
    const current = setTimeout(later, Math.max(0, loading > 0 ? rest : Math.min(quiet, rest)))
    timer = current
  }
  const loader = new DataLoader<Key, Value>(
    async keys => {
      start = undefined
      loading++
      try {
        return await load(keys)
      } finally {
        loading--
        if (start) wait()
      }
    },
    {
      cache: false,
      batchScheduleFn(dispatch) {
        start = dispatch
        latest = performance.now() + (loading > 0 ? longestBehind : longest)
      },
    },
  )
  return key => {
    const value = loader.load(key)
    wait()
    return value
  }
}
