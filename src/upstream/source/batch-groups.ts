import { asError } from '../error.ts'

/**
 * Loads each group of keys by one upstream question, all groups at once, and returns results in the order of the keys, as a
 * DataLoader's batch function does. A group that fails fails only its own keys.
 */
export async function loadGroups<Key, Value>(
  keys: readonly Key[],
  groupOf: (key: Key) => string,
  load: (group: readonly Key[], first: Key) => Promise<readonly (Value | Error)[]>,
): Promise<(Value | Error)[]> {
  const values = new Array<Value | Error>(keys.length)
  const groups = Map.groupBy(keys.entries(), ([, key]) => groupOf(key))
  await Promise.all(
    [...groups.values()].map(async members => {
      const group = members.map(([, key]) => key)
      const results = await loadGroup(group, load)
      members.forEach(([index], position) => {
        values[index] = results(position)
      })
    }),
  )
  return values
}

/** A name of a group or a key; equal for equal parts. */
export function nameOf(
  ...parts: readonly (string | number | null | undefined | readonly string[])[]
): string {
  return JSON.stringify(parts)
}

async function loadGroup<Key, Value>(
  group: readonly Key[],
  load: (group: readonly Key[], first: Key) => Promise<readonly (Value | Error)[]>,
): Promise<(position: number) => Value | Error> {
  const [first] = group
  if (first === undefined) return () => new RangeError('An empty group has no answer.')
  try {
    const results = await load(group, first)
    return position =>
      results[position] ?? new RangeError(`${results.length} answers for ${group.length} keys.`)
  } catch (error) {
    const failure = asError(error)
    return () => failure
  }
}
