/** Longer ones are no vendor's, and a route of thousands of characters is refused by whatever stands before it. */
export const longestId = 1000

/** Whether an id of the graph can hold a vendor's id: every part of it between colons is one that a route can hold. */
export function isVendorId(id: string): boolean {
  return id.length <= longestId && id.split(':').every(fitsRoute)
}

/** Whether this can be one part of an id. */
export function fitsRoute(part: string): boolean {
  return !isDots(part) && part.length <= longestId && part.isWellFormed() && !/\p{Cc}/u.test(part)
}

/** What a URL resolves, so that it leads to another route. */
export function isDots(part: string): boolean {
  return part === '.' || part === '..'
}
