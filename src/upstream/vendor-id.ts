/** No vendor has longer ids, and proxies refuse paths of thousands of characters. */
export const longestId = 1000

/** Whether the text can be a vendor's id in an id of the graph: every part between colons fits a route. */
export function isVendorId(id: string): boolean {
  return id.length <= longestId && id.split(':').every(fitsRoute)
}

/** Whether the text can be one part of an id, and of a URL's path. */
export function fitsRoute(part: string): boolean {
  return !isDots(part) && part.length <= longestId && part.isWellFormed() && !/\p{Cc}/u.test(part)
}

/** Whether a URL would resolve the part, which leads to another route. */
export function isDots(part: string): boolean {
  return part === '.' || part === '..'
}
