/**
 * Calls `ask`, and again if that fails. A process that was busy for longer than a server may be silent finds its connection
 * broken although the server is well. Only for commands that may run twice.
 */
export async function askTwice<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch {
    return await ask()
  }
}
