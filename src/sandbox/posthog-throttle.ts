/**
 * Sliding windows that count together. Returns the seconds to wait, or undefined if the call may pass. As at the vendor, a
 * call that one window refuses still counts in a window that had room for it.
 */
export function throttle(
  windows: readonly { readonly limit: number; readonly seconds: number }[],
): (now: Date) => number | undefined {
  const histories = windows.map(window => ({ ...window, passed: [] as number[] }))
  return now => {
    const time = now.getTime() / 1000
    const waits = histories.flatMap(history => {
      history.passed = history.passed.filter(passed => passed > time - history.seconds)
      if (history.passed.length >= history.limit)
        return history.seconds - (time - (history.passed[0] ?? time))
      history.passed.push(time)
      return []
    })
    return waits.length > 0 ? Math.ceil(Math.max(...waits)) : undefined
  }
}
