import { GraphQLError } from 'graphql'

/** Bounds for every argument, whatever its field allows: a page of a whole fleet, and the longest id of a heatmap. */
const [mostMembers, mostCharacters] = [5000, 30_000]

/** Refuses lists with too many members and texts with too many characters, at any depth of a field's arguments. */
export function checkArgumentBounds(args: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(args)) checkValue(name, value)
}

function checkValue(name: string, value: unknown): void {
  if (typeof value === 'string') {
    if (value.length > mostCharacters) throw tooMuch(name, value.length, mostCharacters, 'characters')
  } else if (Array.isArray(value)) {
    if (value.length > mostMembers) throw tooMuch(name, value.length, mostMembers, 'members')
    for (const member of value) checkValue(name, member)
  } else if (value instanceof URL) {
    checkValue(name, value.href)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) checkValue(key, member)
  }
}

function tooMuch(name: string, count: number, most: number, what: string): GraphQLError {
  return new GraphQLError(`${name} has at most ${most} ${what}, not ${count}.`)
}
