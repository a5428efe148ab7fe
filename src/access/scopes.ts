/** The rights of a caller. Catalog facts and `providers` need none of them. */
export const scopes = [
  /** Traffic and its rates. */
  'traffic:read',
  /** Heatmaps of stores and pages, with their images. */
  'heatmaps:read',
  /** The totals of pages. */
  'pages:read',
  'snapshots:read',
  'snapshots:write',
  /** Personal values: authors, handles, e-mail addresses, demographics, session ids. */
  'people:read',
  /** Introspection, GraphiQL, suggestions and `isotherm-explain`. */
  'explore',
] as const

export type Scope = (typeof scopes)[number]

export function isScope(text: string): text is Scope {
  return scopes.some(scope => scope === text)
}
