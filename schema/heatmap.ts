import type { PictureReference } from '../src/images/references.ts'
import type { ProviderName } from '../src/upstream/error.ts'
import { builder } from './builder.ts'

export const HeatmapImageState = builder.enumType('HeatmapImageState', {
  description: 'Whether there is a picture.',
  values: {
    READY: { description: 'There is one.' },
    RENDERING: { description: 'The vendor is still drawing it: ask again later.' },
    FAILED: { description: 'There will be none; `failure` says why.' },
  } as const,
})

/** A picture as far as it is known. */
export interface Image {
  readonly state: typeof HeatmapImageState.$inferType
  /** Null where there will be none. */
  readonly reference: PictureReference | null
  /** To be drawn at, where the vendor does not draw it so. */
  readonly drawnWidth: number | null
  readonly contentType: string | null
  readonly width: number | null
  readonly requestedWidth: number | null
  readonly retryAfterSeconds: number | null
  readonly failure: string | null
}

export const HeatmapImage = builder.objectRef<Image>('HeatmapImage')
HeatmapImage.implement({
  description: 'The picture of a heatmap.',
  fields: t => ({
    state: t.expose('state', {
      type: HeatmapImageState,
      nullable: false,
      description: 'Whether there is a picture.',
    }),
    link: t.field({
      type: 'URL',
      description:
        'Where Isotherm serves the picture: a URL for a plain `<img>`, which works for a week unless the operator says otherwise. While the picture is being drawn it answers 202 with `Retry-After`. `?width=` (1 to 4096, in pixels) and `?format=` (`webp`, `jpeg` or `png`) change what it serves. Costs no call until it is opened. Null when there will be no picture.',
      resolve: ({ reference, drawnWidth }, _args, { link }) => reference && link(reference, drawnWidth),
    }),
    contentType: t.exposeString('contentType', {
      description: 'Media type, such as `image/jpeg`; null while unknown.',
    }),
    width: t.exposeInt('width', {
      description:
        'Width in CSS pixels that is really served, which may be the nearest one to what was asked; null while unknown.',
    }),
    requestedWidth: t.exposeInt('requestedWidth', {
      description: 'The width that was asked, in CSS pixels; null when none was.',
    }),
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      description: 'Seconds after which asking again makes sense; null unless RENDERING.',
    }),
    failure: t.exposeString('failure', {
      description: "Why there will be no picture, in the vendor's words; null unless FAILED.",
    }),
  }),
})

export const Heatmap = builder.interfaceRef<{ readonly provider: ProviderName }>('Heatmap')
Heatmap.implement({
  description: 'Where people went, looked or clicked, drawn as a picture.',
  fields: t => ({
    provider: t.exposeString('provider', {
      nullable: false,
      description: 'The vendor that made it, as errors name it.',
    }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was made.' }),
    image: t.field({
      type: HeatmapImage,
      description: 'Its picture.',
      args: { width: t.arg.int({ description: 'In pixels.' }) },
    }),
  }),
})
