/** How pictures are linked to and kept. */
export interface ImageSettings {
  /** Where browsers reach Isotherm; by default where the question came to. */
  readonly publicUrl: URL | undefined
  /** What links are signed with: the first of them, and those of the others are still read. */
  readonly keys: readonly string[]
  /** How long a link works; for ever when 0. */
  readonly lifeSeconds: number
  /** What pictures may take in memory when nobody asks for them; 0 keeps none. */
  readonly cacheBytes: number
  /** A picture of more is an error, whether it is changed or not. */
  readonly maximumPixels: number
}

export const defaultImageSettings: ImageSettings = {
  publicUrl: undefined,
  keys: [],
  lifeSeconds: 604_800,
  cacheBytes: 0,
  maximumPixels: 100_000_000,
}
