import { stat } from 'node:fs/promises'

/** What differs after any change of a file; undefined where there is none. */
export async function fileState(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined)
  return found && `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`
}

/** The states of several files, as one text. */
export function joinedStates(states: Iterable<readonly [file: string, state: string | undefined]>): string {
  return JSON.stringify([...states])
}
