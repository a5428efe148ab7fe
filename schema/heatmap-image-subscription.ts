import type { Context } from '../src/context.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { callCost } from './costs.ts'
import { HeatmapImage, type Image } from './heatmap.ts'
import { parseHeatmapKey } from './page-heatmap.ts'
import { checkWidth, defaultWidth, toImage } from './page-image.ts'

const prefix = 'PageHeatmap:'

builder.subscriptionField('heatmapImage', t =>
  t.field({
    type: HeatmapImage,
    cost: callCost,
    description:
      'The image of a page heatmap: its state now, then each change until it is READY or FAILED. However many callers follow one image, PostHog is asked as if there were one.',
    args: {
      id: t.arg.id({ required: true, description: 'The `id` of a `PageHeatmap`.' }),
      width: t.arg.int({
        defaultValue: defaultWidth,
        description: 'In CSS pixels, 1 to 3000. Serves the nearest width that PostHog has rendered.',
      }),
    },
    extensions: checked<{ readonly id: string; readonly width?: number | null }>(({ id, width }) => {
      keyOf(id)
      checkWidth(width)
    }),
    subscribe: (_root, { id, width }, context) => follow(keyOf(id), width ?? defaultWidth, context),
    resolve: image => image,
  }),
)

async function* follow(
  { scope, id: uuid }: ReturnType<typeof parseHeatmapKey>,
  width: number,
  { loaders, gone }: Context,
): AsyncGenerator<Image> {
  const key = { scope, uuid, width }
  for await (const seen of loaders.posthog.changes(key, gone())) yield toImage(key, seen)
}

function keyOf(id: string): ReturnType<typeof parseHeatmapKey> {
  return parseHeatmapKey(id.startsWith(prefix) ? id.slice(prefix.length) : id)
}
