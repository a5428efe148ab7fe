import type { Sandbox } from '../../src/sandbox.ts'

/** How often each route of each upstream was asked; what was not asked is not there. */
export function callsOf(sandbox: Sandbox): Record<string, Record<string, number>> {
  const { emulators } = sandbox
  const asked = emulators.filter(({ journal }) => journal.calls.length > 0)
  return Object.fromEntries(
    asked.map(({ provider, journal }) => {
      const routes = Map.groupBy(journal.calls, ({ route }) => route)
      return [provider, Object.fromEntries([...routes].map(([route, calls]) => [route, calls.length]))]
    }),
  )
}
