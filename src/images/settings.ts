/** How images are linked and cached. */
export interface ImageSettings {
  /** The URL of this server for browsers. By default from the request's host. */
  readonly publicUrl: URL | undefined
  /** The first key makes links; links made with the others still work. */
  readonly keys: readonly string[]
  /** How long a link works; 0 means forever. */
  readonly lifeSeconds: number
  /** Bytes of memory for cached images; 0 disables the cache. */
  readonly cacheBytes: number
  /** A larger image is an error, resized or not. */
  readonly maximumPixels: number
}

export const defaultImageSettings: ImageSettings = {
  publicUrl: undefined,
  keys: [],
  lifeSeconds: 604_800,
  cacheBytes: 0,
  maximumPixels: 100_000_000,
}
