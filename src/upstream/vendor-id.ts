/** Longer ones are no vendor's, and a route of thousands of characters is refused by whatever stands before it. */
export const longestId = 1000

/** Whether an id of the graph can hold a vendor's id: every part of it between colons is one that a route can hold. */
export function isVendorId(id: string): boolean {
  const hasDots = id.split(':').some(part => part === '.' || part === '..')
  return !hasDots && id.length <= longestId && id.isWellFormed() && !/\p{Cc}/u.test(id)
}
