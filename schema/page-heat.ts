import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { callCost, sized } from './costs.ts'
import {
  checkHeat,
  type HeatArguments,
  heatArguments,
  mostColumns,
  toHeatQuestion,
} from './heat-arguments.ts'
import { daysAt } from './heat-days.ts'
import { HeatGrid } from './heat-grid.ts'
import { metadataOf, PageHeatmap, pageOf } from './page-heatmap.ts'

builder.objectField(PageHeatmap, 'heat', t =>
  t.field({
    type: HeatGrid,
    cost: callCost,
    description:
      "What visitors did on its page, as numbers, from PostHog: the page of `dataUrl`, or else of `url`. One with `*` is a pattern, and each `*` stands for one character or more; any other is one page, whose final slash does not matter (to an older PostHog it does). Costs one call for each page, type, days, viewport and aggregation, however many fields ask, beside the heatmap's metadata. Null for a heatmap without a page.",
    args: heatArguments,
    extensions: {
      ...checked<HeatArguments>(checkHeat),
      ...sized<HeatArguments>({ below: ({ columns }) => ({ columns: columns ?? mostColumns }) }),
    },
    resolve: async (heatmap, { columns, ...args }, context) => {
      const { scope } = heatmap
      const days = daysAt('days', args.days, scope, context)
      const page = pageOf(await metadataOf(heatmap, context))
      if (!page) return null
      const question = toHeatQuestion(page, days, args)
      return { scope, grid: await context.loaders.posthog.heatGrid({ scope, question }, columns ?? null) }
    },
  }),
)
