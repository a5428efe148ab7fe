export function isUuid(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
}

/** A UUID in its one spelling, lower case; anything else as it is. */
export function spelledUuid(text: string): string {
  return isUuid(text) ? text.toLowerCase() : text
}
