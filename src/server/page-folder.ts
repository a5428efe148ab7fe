/** Where the files of the page are: from source beside this room, built beside the bundle. */
export function pageFolder(): URL {
  const isSource = import.meta.filename.endsWith('.ts')
  return new URL(isSource ? '../page/' : './page/', import.meta.url)
}

/** Where the page finds them. */
export const pagePath = '/page/'
