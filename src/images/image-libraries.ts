import type { Sharp, SharpOptions } from 'sharp'
import { onFirstUse } from '../upstream/first-use.ts'

/** The library that reads images could not be loaded: it has no build for this machine, or the installation is broken. */
export class NoImageLibrary extends Error {
  override readonly name = 'NoImageLibrary'
}

/** Opens an image with sharp, which takes 22 MiB once it is loaded. Rejects with NoImageLibrary. */
export async function openSharp(parts: readonly Buffer[], options: SharpOptions): Promise<Sharp> {
  const { default: sharp } = await loadSharp().catch(cause => {
    const message = 'This server cannot load what reads and changes images. Its log says why.'
    throw new NoImageLibrary(message, { cause })
  })
  return sharp(Buffer.concat(parts), options)
}

const loadSharp = onFirstUse(() => import('sharp'))

export const loadImageSize = onFirstUse(async () => (await import('image-size')).imageSize)
