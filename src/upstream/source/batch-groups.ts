import { asError } from '../error.ts'

/**
 * One upstream question for each group of keys, all groups at once, answers in the order of the keys.
 * A group that fails fails its own keys alone: the shape that a DataLoader wants of its batch function.
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
      const answers = await loadGroup(group, load)
      members.forEach(([index], position) => {
        values[index] = answers(position)
      })
    }),
  )
  return values
}

/** A name for a group or a key: the same for equal parts. */
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
    const answers = await load(group, first)
    return position =>
      answers[position] ?? new RangeError(`${answers.length} answers for ${group.length} keys.`)
  } catch (error) {
    const failure = asError(error)
    return () => failure
  }
}
