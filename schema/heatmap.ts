import type { ImageReference, OverlayLook } from '../src/images/references.ts'
import type { ProviderName } from '../src/upstream/error.ts'
import { builder } from './builder.ts'

export const HeatmapImageState = builder.enumType('HeatmapImageState', {
  description: 'Whether there is an image.',
  values: {
    READY: { description: 'There is an image.' },
    RENDERING: { description: 'The vendor is still drawing the image: ask again later.' },
    FAILED: { description: 'There will be no image; `failure` says why.' },
  } as const,
})

/** What is known of an image. */
export interface Image {
  readonly state: typeof HeatmapImageState.$inferType
  /** Null if there will be none. */
  readonly reference: ImageReference | null
  /** The width that Isotherm draws, if the vendor does not. */
  readonly drawnWidth: number | null
  /** How heat over it is drawn. */
  readonly look?: OverlayLook
  readonly contentType: string | null
  readonly width: number | null
  readonly requestedWidth: number | null
  readonly retryAfterSeconds: number | null
  readonly failure: string | null
}

export const HeatmapImage = builder.objectRef<Image>('HeatmapImage')
HeatmapImage.implement({
  requiresScopes: [['heatmaps:read']],
  description: 'The image of a heatmap.',
  fields: t => ({
    state: t.expose('state', {
      type: HeatmapImageState,
      nullable: false,
      description: 'Whether there is an image.',
    }),
    link: t.field({
      type: 'URL',
      description:
        'The URL at which Isotherm serves the image, for a plain `<img>`. It works for a week unless the operator sets another time. It answers 202 with `Retry-After` while the vendor draws the image. `?width=` (1 to 4096, in pixels) and `?format=` (`webp`, `jpeg` or `png`) change what it serves; with heat over it also `?palette=` and `?opacity=`. Costs no call until it is opened. Null if there will be no image.',
      resolve: ({ reference, drawnWidth, look }, _args, { link }) =>
        reference && link(reference, { width: drawnWidth, ...look }),
    }),
    contentType: t.exposeString('contentType', {
      description: 'Media type, such as `image/jpeg`; null while unknown.',
    }),
    width: t.exposeInt('width', {
      description:
        'The width that is served, in CSS pixels: the nearest one to the requested width. Null while unknown.',
    }),
    requestedWidth: t.exposeInt('requestedWidth', {
      description: 'The requested width, in CSS pixels; null without one.',
    }),
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      description: 'Seconds to wait before asking again; null unless RENDERING.',
    }),
    failure: t.exposeString('failure', {
      description: "Why there will be no image, in the vendor's words; null unless FAILED.",
    }),
  }),
})

export const Heatmap = builder.interfaceRef<{ readonly provider: ProviderName }>('Heatmap')
Heatmap.implement({
  description: 'An image of where people went, looked or clicked.',
  fields: t => ({
    provider: t.exposeString('provider', {
      nullable: false,
      description: 'The vendor that made it, by the name that errors use.',
    }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was made.' }),
    image: t.field({
      type: HeatmapImage,
      description: 'Its image.',
      args: { width: t.arg.int({ description: 'In pixels.' }) },
    }),
  }),
})
