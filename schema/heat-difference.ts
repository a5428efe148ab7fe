import type { HeatDifference as DifferenceRecord } from '../src/providers/posthog/records.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { callCost } from './costs.ts'
import { checkDays, DayRange, DaySpan, type DaysInput, daysAt } from './heat-days.ts'
import { HeatGrid, HeatUnit, HeatViewport, unitOf } from './heat-grid.ts'
import { FixedHeat, HeatHotspot, hotspotOptions, hotspotsIn, sizedByCells } from './heat-layer.ts'

const HeatDifference = builder.objectRef<DifferenceRecord>('HeatDifference')
HeatDifference.implement({
  requiresScopes: [['heatmaps:read']],
  description:
    'A grid minus the grid of other days, cell by cell: positive where there was more. Counts are compared, not counts per day: choose the same number of days.',
  fields: t => ({
    days: t.field({
      type: DaySpan,
      nullable: false,
      description: 'The days of the grid.',
      resolve: ({ question }) => question.days,
    }),
    against: t.expose('against', {
      type: DaySpan,
      nullable: false,
      description: 'The days that it is compared with.',
    }),
    unit: t.field({
      type: HeatUnit,
      nullable: false,
      description: 'The unit of the values.',
      resolve: difference => unitOf(difference),
    }),
    viewport: t.field({
      type: HeatViewport,
      nullable: false,
      description: "The grid's.",
      resolve: ({ question }) => question.viewport,
    }),
    columns: t.exposeInt('columns', { nullable: false, description: "The grid's." }),
    rows: t.exposeInt('rows', { nullable: false, description: 'As many as the longer of both grids has.' }),
    cellWidth: t.exposeFloat('cellWidth', { nullable: false, description: "The grid's." }),
    cellHeight: t.exposeInt('cellHeight', { nullable: false, description: "The grid's." }),
    values: t.field({
      type: ['SafeInt'],
      nullable: false,
      extensions: sizedByCells,
      description: "The cells row by row, as the grid's. Negative where there was less.",
      resolve: ({ values }) => values,
    }),
    total: t.expose('total', {
      type: 'SafeInt',
      description: 'The difference of both totals. Null for UNIQUE_VISITORS.',
    }),
    leftOut: t.expose('leftOut', {
      type: 'SafeInt',
      nullable: false,
      description: 'The difference of what lies outside of the cells.',
    }),
    fixed: t.field({
      type: FixedHeat,
      description: 'The same for elements that stay in place while the page scrolls. Null for SCROLL_DEPTH.',
      resolve: difference =>
        difference.fixed && { layer: difference.fixed, geometry: difference, isDifference: true },
    }),
    hotspots: t.field({
      ...hotspotOptions,
      type: [HeatHotspot],
      nullable: false,
      description: 'The cells that differ most, more or less.',
      resolve: (difference, args, context) =>
        hotspotsIn({ layer: difference, geometry: difference }, args, context, null),
    }),
  }),
})

builder.objectField(HeatGrid, 'difference', t =>
  t.field({
    type: HeatDifference,
    cost: callCost,
    description:
      'What increased and what decreased since other days, with everything else the same. Costs one call for those days.',
    args: {
      against: t.arg({
        type: DayRange,
        required: true,
        description:
          'The other days, such as `{ before: { last: "P7D" } }`. They may not start before the days that PostHog keeps.',
      }),
    },
    extensions: checked<{ readonly against: DaysInput }>(({ against }, context) =>
      checkDays('against', against, context),
    ),
    resolve: ({ scope, grid }, { against }, context) =>
      context.loaders.posthog.heatDifference(scope, grid, daysAt('against', against, scope, context)),
  }),
)
