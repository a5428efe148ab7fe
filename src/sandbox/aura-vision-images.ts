import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Exchange, Handler, Reply } from './emulator.ts'

/** The image host: signed URLs and their images. */
export interface ImageHost {
  /** A URL at this origin that is valid for `urlSeconds` from `now` on. */
  sign(origin: string, image: Image): string
  readonly routes: Readonly<Record<string, Handler>>
}

/** The identity of an image; each part is safe in a path. */
export interface Image {
  readonly location: string
  readonly recording: string
  readonly type: string
  readonly image: string
}

/** An image host with its own key. Its refusals are like those of object stores (inferred: the vendor's page has none). */
export function imageHost({
  now,
  urlSeconds,
  image: draw,
}: {
  now: () => Date
  urlSeconds: number
  image: (seed: string) => Promise<Uint8Array>
}): ImageHost {
  const key = randomBytes(32)
  return {
    sign(origin, image) {
      const expires = String(Math.floor(now().getTime() / 1000 + urlSeconds))
      const path = pathOf(image)
      return `${origin}${path}?Expires=${expires}&Signature=${signature(path, expires)}`
    },
    routes: { 'GET /heatmaps/:location/:recording/:type/:image': show },
  }

  async function show({ params, query }: Exchange): Promise<Reply> {
    const { location = '', recording = '', type = '', image = '' } = params
    const path = pathOf({ location, recording, type, image })
    const expires = query.get('Expires')
    const given = query.get('Signature')
    if (!expires || !given) return refuse('AccessDenied', 'Access Denied')
    if (!(now().getTime() <= Number(expires) * 1000)) return refuse('AccessDenied', 'Request has expired')
    if (!same(given, signature(path, expires)))
      return refuse('SignatureDoesNotMatch', 'The request signature we calculated does not match')
    const body = await draw(`${recording}#${type}/${image}`)
    return { headers: { 'content-type': 'image/png' }, body }
  }

  function signature(path: string, expires: string): string {
    return createHmac('sha256', key).update(`GET\n${path}\n${expires}`).digest('base64url')
  }
}

function pathOf({ location, recording, type, image }: Image): string {
  return `/heatmaps/${location}/${recording}/${type}/${image}`
}

function same(left: string, right: string): boolean {
  const [given, wanted] = [Buffer.from(left), Buffer.from(right)]
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function refuse(code: string, message: string): Reply {
  const headers = { 'content-type': 'application/xml' }
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return { status: 403, headers, body: `<?xml version="1.0" encoding="UTF-8"?>\n${error}` }
}
