import type { Context } from '../src/context.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { callCost } from './costs.ts'
import { HeatmapImage, type Image } from './heatmap.ts'
import { metadataByKey, overlayArgument, pageOf, parsePageHeatmapKey } from './page-heatmap.ts'
import { checkImage, defaultWidth, type ImageArguments, imageKey, toImage } from './page-image.ts'

const prefix = 'PageHeatmap:'

interface FollowedImage extends ImageArguments {
  readonly id: string
}

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
      overlay: t.arg(overlayArgument),
    },
    extensions: checked<FollowedImage>(({ id, ...args }, context) => {
      keyOf(id)
      checkImage(args, context)
    }),
    subscribe: (_root, args, context) => follow(args, context),
    resolve: image => image,
  }),
)

async function* follow({ id, ...args }: FollowedImage, context: Context): AsyncGenerator<Image | null> {
  const heatmap = keyOf(id)
  const { loaders, gone } = context
  const identity = { scope: heatmap.scope, uuid: heatmap.id }
  const key = await imageKey(identity, args, context, async () =>
    pageOf(await metadataByKey(heatmap, context)),
  )
  if (!key) yield null
  else for await (const seen of loaders.posthog.changes(key, gone())) yield toImage(key, seen)
}

function keyOf(id: string): ReturnType<typeof parsePageHeatmapKey> {
  return parsePageHeatmapKey(id.startsWith(prefix) ? id.slice(prefix.length) : id)
}
