import type { Framing } from './aura-vision-frames.ts'
import { imageHost } from './aura-vision-images.ts'
import { type DetailBody, listRecorded, writeRow } from './aura-vision-rows.ts'
import { socketService } from './aura-vision-socket.ts'
import { tokenIssuer } from './aura-vision-tokens.ts'
import { type Emulator, serveEmulator } from './emulator.ts'
import { heatmapImage } from './heatmap-image.ts'

/** Aura Vision's emulator, with access to its sockets. */
export interface AuraVisionEmulator extends Emulator {
  /** Cuts every socket without a closing handshake. */
  dropConnections(): void
  /** The number of open sockets. */
  connections(): number
}

export interface AuraVisionOptions extends Partial<Framing> {
  /** The clock for tokens and signed URLs; heatmaps later than it do not exist yet. */
  readonly now?: () => Date
  readonly tokenSeconds?: number
  /** How long a signed image URL is valid. */
  readonly urlSeconds?: number
  /** How long a socket without messages stays open; in real time, not by `now`. */
  readonly idleSeconds?: number
  readonly image?: (seed: string) => Promise<Uint8Array>
}

/**
 * Emulates Aura Vision's issuer, WebSocket and image host on one port. The journal records a connect as `connect`, and a
 * request on the socket by its route.
 */
export async function serveAuraVision(options: AuraVisionOptions = {}): Promise<AuraVisionEmulator> {
  const { now = () => new Date(), tokenSeconds = 3600, urlSeconds = 60, idleSeconds = 600 } = options
  const { parts = 1, numbering = 'last-index', order = 'in-turn', image = drawPlan } = options
  const credentials = {
    audience: 'https://metrics.auravision.sandbox',
    clientId: 'sandbox-aura-client',
    clientSecret: 'sandbox-aura-secret',
  }
  const issuer = tokenIssuer({ now, tokenSeconds, credentials })
  const images = imageHost({ now, urlSeconds, image })
  const framing = { parts, numbering, order }
  const sockets = socketService({ accepts: issuer.accepts, answer, framing, idleSeconds })
  const emulator = await serveEmulator({
    provider: 'aura-vision',
    routes: { ...issuer.routes, ...images.routes },
    notFound: () => ({ status: 404, body: { message: 'Not Found' } }),
    environment: origin => ({
      AURA_VISION_ISSUER: origin,
      AURA_VISION_AUDIENCE: credentials.audience,
      AURA_VISION_CLIENT_ID: credentials.clientId,
      AURA_VISION_CLIENT_SECRET: credentials.clientSecret,
      AURA_VISION_URL: origin.replace('http:', 'ws:'),
      AURA_VISION_IMAGE_HOSTS: origin,
    }),
    attach: sockets.attach,
  })
  return {
    ...emulator,
    dropConnections: sockets.drop,
    connections: sockets.count,
    async [Symbol.asyncDispose]() {
      sockets.drop()
      await emulator[Symbol.asyncDispose]()
    },
  }

  function answer(body: DetailBody): Record<string, string>[] {
    return listRecorded(body, now()).map(row => {
      const image = `${row.day}-${row.slice}.png`
      return writeRow(row, images.sign(emulator.origin, { ...row, image }))
    })
  }
}

function drawPlan(seed: string): Promise<Uint8Array> {
  return heatmapImage(seed, 960, 540, 'png')
}
