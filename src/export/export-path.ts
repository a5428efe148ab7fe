/** The path prefix of exports. */
export const exportPath = '/export/'

/** The path prefix of files that exports made. */
const filePath = `${exportPath}files/`

/** Relative to the export, so that it works behind a proxy with a path of its own. */
export function exportFileReference(id: string, name: string): string {
  return `${filePath.slice(exportPath.length)}${id}/${name}`
}

/** Undefined for any other path. */
export function exportFileAt(path: string): { readonly id: string; readonly name: string } | undefined {
  if (!path.startsWith(filePath)) return undefined
  const [, id, name] = /^([\w-]{38})\/([a-z]+\.parquet)$/.exec(path.slice(filePath.length)) ?? []
  return id === undefined || name === undefined ? undefined : { id, name }
}
