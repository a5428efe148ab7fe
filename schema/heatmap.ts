import type { ProviderName, UpstreamError } from '../src/upstream/error.ts'
import { builder } from './builder.ts'
import { orThrow } from './value.ts'

export const HeatmapImageState = builder.enumType('HeatmapImageState', {
  description: 'Whether there is a picture.',
  values: {
    READY: { description: 'There is one.' },
    RENDERING: { description: 'The vendor is still drawing it: ask again later.' },
    FAILED: { description: 'There will be none; `failure` says why.' },
  } as const,
})

/** A picture as a provider knows it; an error in place of the link is that field's error. */
export interface Image {
  readonly state: typeof HeatmapImageState.$inferType
  readonly link: string | UpstreamError | null
  readonly contentType: string | null
  readonly width: number | null
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
        "Where the picture is. For Aura Vision the vendor's signed URL, which lives for a short time only: fetch it at once and keep the picture, never the URL. Null for PostHog, whose picture needs its secret key.",
      resolve: ({ link }) => orThrow(link),
    }),
    contentType: t.exposeString('contentType', {
      description: 'Media type, such as `image/jpeg`; null while unknown.',
    }),
    width: t.exposeInt('width', {
      description:
        'Width in CSS pixels that is really served, which may be the nearest one to what was asked; null while unknown.',
    }),
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      description: 'Seconds after which asking again makes sense; null where the vendor does not say.',
    }),
    failure: t.exposeString('failure', { description: 'Why there will be no picture; null unless FAILED.' }),
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
    image: t.field({ type: HeatmapImage, description: 'Its picture.' }),
  }),
})
