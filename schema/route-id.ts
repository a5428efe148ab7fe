import { BadInput } from '../src/upstream/bad-input.ts'
import { fitsRoute, isDots, isVendorId } from '../src/upstream/vendor-id.ts'

/** Throws BadInput for an id that would lead to another route of the vendor, or that no URL can hold. */
export function checkRouteId(id: string): void {
  if (!fitsRoute(id)) throw new BadInput(`"${id}" is not an id.`)
}

/** The same for an id that becomes part of a graph id. */
export function checkVendorId(id: string): void {
  if (!isVendorId(id)) throw new BadInput(`"${id}" is not an id.`)
}

/** Throws BadInput for a graph id with a part that would lead to another route; for a page, the part before its path. */
export function checkNodeId(id: string): void {
  if (partsOf(id).some(isDots)) throw new BadInput(`"${id}" is not an id.`)
}

/** Throws BadInput for an input with an id that no vendor's route can hold. */
export function checkIdentity(by: object): void {
  for (const value of Object.values(by)) {
    if (typeof value === 'string' && !partsOf(value).every(fitsRoute))
      throw new BadInput(`"${value}" is not an id.`)
  }
}

/** The website's key and the path in the id of a view, with the key decoded. */
export function splitViewKey(id: string): { readonly key: string; readonly path: string } | undefined {
  const colon = id.indexOf(':/')
  if (colon < 0) return undefined
  return { key: id.slice(0, colon).replace(/%(25|2F)/g, decodeURIComponent), path: id.slice(colon + 1) }
}

function partsOf(id: string): readonly string[] {
  return (splitViewKey(id)?.key ?? id).split(':')
}
