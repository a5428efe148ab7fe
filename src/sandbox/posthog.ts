import { type Emulator, type Exchange, type Handler, type Reply, serveEmulator } from './emulator.ts'
import { pageImage } from './page-image.ts'
import { answerHeat } from './posthog-heat.ts'
import { asOf, madeUpHeatmaps, rerender, type StoredHeatmap } from './posthog-heatmaps.ts'
import { listSaved } from './posthog-saved-list.ts'
import { throttle } from './posthog-throttle.ts'
import { sites } from './world.ts'

export interface PosthogOptions {
  readonly now?: () => Date
  readonly perMinute?: number
  readonly perHour?: number
  readonly renderSeconds?: number
  readonly image?: (seed: string, width: number) => Promise<Uint8Array>
}

/**
 * Emulates PostHog's heatmap screenshots, saved heatmaps and heatmap data, under /api/projects and the deprecated
 * /api/environments. The key `phx_sandbox_without_scopes` is known but may read nothing; project 403 exists but no key may
 * read it. `renderSeconds` is the time per width of the heatmap `rendering`, and of a restarted render.
 */
export async function servePosthog({
  now = () => new Date(),
  perMinute = 240,
  perHour = 1200,
  renderSeconds = 5,
  image = drawScreenshot,
}: PosthogOptions = {}): Promise<Emulator> {
  const world = new Map(madeUpHeatmaps(now()).map(stored => [stored.heatmap.id, stored]))
  const admit = throttle([
    { limit: perMinute, seconds: 60 },
    { limit: perHour, seconds: 3600 },
  ])
  const images = new Map<string, Promise<Uint8Array>>()

  const routes: Record<string, Handler> = {}
  for (const scope of ['projects', 'environments']) {
    const base = `GET /api/${scope}/:project_id`
    routes[`${base}/heatmap_screenshots/:id/content{/}?`] = guarded(content)
    routes[`${base}/saved{/}?`] = guarded(list)
    routes[`${base}/saved/:short_id{/}?`] = guarded(retrieve)
    routes[`${base}/heatmaps{/}?`] = guarded(heat)
  }

  return serveEmulator({
    provider: 'posthog',
    routes,
    notFound: () => envelope(404, 'invalid_request', 'not_found', 'Endpoint not found.'),
    environment: origin => ({ POSTHOG_HOST: origin, POSTHOG_PERSONAL_API_KEY: sandboxKey }),
  })

  /** Checks in the order of Django REST framework: renderer, key, permissions, throttles, object. */
  function guarded(
    handler: (exchange: Exchange, stored: readonly StoredHeatmap[]) => Reply | Promise<Reply>,
  ): Handler {
    return exchange => {
      const projectId = exchange.params.project_id ?? ''
      const refusal = negotiate(exchange) ?? authenticate(exchange) ?? permit(projectId)
      if (refusal) return refusal
      const wait = admit(now())
      if (wait !== undefined) return throttled(wait)
      return handler(
        exchange,
        [...world.values()].filter(stored => stored.projectId === projectId),
      )
    }
  }

  async function content({ params, query }: Exchange, all: readonly StoredHeatmap[]): Promise<Reply> {
    const stored = all.find(({ heatmap }) => heatmap.id === params.id?.toLowerCase())
    if (!stored) return notFound()
    const heatmap = asOf(stored, now(), renderSeconds)
    if (stored.example) return { status: 202, body: heatmap }
    if (heatmap.deleted) return { status: 404 }

    const asked = query.getAll('width').at(-1) ?? '1024'
    if (!/^\s*[+-]?\d+\s*$/.test(asked))
      return { status: 400, body: { error: 'Invalid width parameter, must be an integer' } }
    // Of two widths equally near, the first stored wins.
    const [nearest] = heatmap.snapshots.toSorted((a, b) => distance(a, asked) - distance(b, asked))
    if (!nearest) return { status: 202, body: heatmap }
    if (stored.external)
      return { status: 501, body: { ...heatmap, error: 'Content location not implemented yet' } }

    const key = `${heatmap.id} ${nearest.width}`
    const drawn = images.get(key) ?? image(heatmap.id, nearest.width)
    images.set(key, drawn)
    return {
      headers: {
        'content-type': 'image/jpeg',
        'content-disposition': `attachment; filename="screenshot-${heatmap.id}-${nearest.width}.jpg"`,
      },
      body: await drawn,
    }
  }

  function list({ query }: Exchange, all: readonly StoredHeatmap[]): Reply {
    return listSaved(
      all.map(stored => asOf(stored, now(), renderSeconds)),
      query,
    )
  }

  function heat({ params, query }: Exchange): Reply {
    const site = sites.find(({ posthogProjectId }) => posthogProjectId === params.project_id)
    return site ? answerHeat(site, query, now()) : notFound()
  }

  function retrieve({ params }: Exchange, all: readonly StoredHeatmap[]): Reply {
    const stored = all.find(({ heatmap }) => heatmap.short_id === params.short_id)
    if (!stored) return notFound()
    const heatmap = asOf(stored, now(), renderSeconds)
    // Reading a heatmap that has been processing for more than ten minutes restarts its render [vendor source].
    const stale =
      heatmap.status === 'processing' && now().getTime() - Date.parse(heatmap.updated_at) > 600_000
    if (!stale || stored.example) return { body: heatmap }
    const restarted = rerender(stored, now())
    world.set(heatmap.id, restarted)
    return { body: asOf(restarted, now(), renderSeconds) }
  }
}

const sandboxKey = 'phx_sandbox_personal_api_key'
const unscopedKey = 'phx_sandbox_without_scopes'

function drawScreenshot(seed: string, width: number): Promise<Uint8Array> {
  return pageImage(seed, width, 'jpeg')
}

function distance({ width }: { readonly width: number }, asked: string): number {
  return Math.abs(width - Number(asked))
}

/** The vendor's only renderer is JSON, even for images, so an Accept without it is refused [inferred]. */
function negotiate({ headers }: Exchange): Reply | undefined {
  const accepted = (headers.accept ?? '*/*')
    .split(',')
    .map(range => range.split(';')[0]?.trim().toLowerCase())
  if (accepted.some(range => range && ['*/*', 'application/*', 'application/json'].includes(range))) return
  return envelope(406, 'invalid_request', 'not_acceptable', 'Could not satisfy the request Accept header.')
}

function authenticate({ headers }: Exchange): Reply | undefined {
  const [, key] = /^Bearer\s+(\S.*)$/.exec(headers.authorization ?? '') ?? []
  if (key === sandboxKey) return
  if (key === unscopedKey) return forbidden("API key missing required scope 'heatmap:read'")
  const [code, detail] = key
    ? ['authentication_failed', 'Personal API key found in request Authorization header is invalid.']
    : ['not_authenticated', 'Authentication credentials were not provided.']
  return {
    ...envelope(401, 'authentication_error', code, detail),
    headers: { 'www-authenticate': 'Bearer' },
  }
}

/** A project and its environment share their id. */
function permit(projectId: string): Reply | undefined {
  if (projectId === '403') return forbidden("You don't have access to the project.")
  if (sites.some(site => site.posthogProjectId === projectId)) return
  return envelope(404, 'invalid_request', 'not_found', 'Project not found.')
}

function forbidden(detail: string): Reply {
  return envelope(403, 'authentication_error', 'permission_denied', detail)
}

function notFound(): Reply {
  return envelope(404, 'invalid_request', 'not_found', 'Not found.')
}

function throttled(wait: number): Reply {
  const detail = `Request was throttled. Expected available in ${wait} second${wait === 1 ? '' : 's'}.`
  return {
    ...envelope(429, 'throttled_error', 'throttled', detail),
    headers: { 'retry-after': String(wait) },
  }
}

function envelope(status: number, type: string, code: string | undefined, detail: string | undefined): Reply {
  return { status, body: { type, code, detail, attr: null } }
}
