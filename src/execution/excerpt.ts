import { cutText } from '../upstream/cut-text.ts'

const longestText = 60
const mostMembers = 4
const mostLevels = 2

/** The beginning of a JSON value, for messages. Short however large the value is. */
export function excerpt(value: unknown, levels = mostLevels): string {
  if (typeof value === 'string') return JSON.stringify(cutText(value, longestText))
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) {
    if (levels === 0) return '[Array]'
    const members = value.slice(0, mostMembers).map(member => excerpt(member, levels - 1))
    return `[${[...members, ...(value.length > mostMembers ? ['…'] : [])].join(', ')}]`
  }
  if (levels === 0) return '[Object]'
  const names = Object.keys(value)
  if (names.length === 0) return '{}'
  const members = names
    .slice(0, mostMembers)
    .map(name => `${cutText(name, longestText)}: ${excerpt(Reflect.get(value, name), levels - 1)}`)
  return `{ ${[...members, ...(names.length > mostMembers ? ['…'] : [])].join(', ')} }`
}
