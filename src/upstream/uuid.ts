export function isUuid(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
}

/** A UUID in lower case, its canonical spelling; any other text unchanged. */
export function spelledUuid(text: string): string {
  return isUuid(text) ? text.toLowerCase() : text
}
