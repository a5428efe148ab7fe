import { BadInput } from '../src/upstream/bad-input.ts'

/** Longer ones are no vendor's, and a route of thousands of characters is refused by whatever stands before it. */
const longestId = 1000

/** Throws BadInput for an id that would lead to another route of the vendor, or that no URL holds. */
export function checkRouteId(id: string): void {
  if (!fitsRoute(id)) throw new BadInput(`"${id}" is not an id.`)
}

/** Throws BadInput for an id of the graph with a part that would lead to another route; of a page what stands before its path. */
export function checkNodeId(id: string): void {
  if (partsOf(id).some(isDots)) throw new BadInput(`"${id}" is not an id.`)
}

/** Throws BadInput for an input that names one thing by an id that no vendor could be asked by. */
export function checkIdentity(by: object): void {
  for (const value of Object.values(by)) {
    if (typeof value === 'string' && !partsOf(value).every(fitsRoute))
      throw new BadInput(`"${value}" is not an id.`)
  }
}

function partsOf(id: string): readonly string[] {
  const path = id.indexOf(':/')
  return (path < 0 ? id : id.slice(0, path)).split(':')
}

function fitsRoute(id: string): boolean {
  return !isDots(id) && id.length <= longestId && id.isWellFormed() && !/\p{Cc}/u.test(id)
}

function isDots(id: string): boolean {
  return id === '.' || id === '..'
}
