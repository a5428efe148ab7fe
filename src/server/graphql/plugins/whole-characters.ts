import { BadInput } from '../../../upstream/bad-input.ts'

/** Throws BadInput if a text in the arguments holds half a surrogate pair, which no protocol can carry. */
export function checkCharacters(value: unknown): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed())
      throw new BadInput(`"${value.toWellFormed()}" holds half of a surrogate pair, which is no character.`)
  } else if (Array.isArray(value)) {
    for (const one of value) checkCharacters(one)
  } else if (
    value !== null &&
    typeof value === 'object' &&
    !(value instanceof URL || value instanceof Date)
  ) {
    for (const [name, member] of Object.entries(value)) {
      checkCharacters(name)
      checkCharacters(member)
    }
  }
}
