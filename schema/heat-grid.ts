import type { PostHogScope } from '../src/providers/posthog/client.ts'
import type {
  HeatFold as FoldRecord,
  HeatGrid as GridRecord,
  ScrollDepth as ScrollRecord,
  ViewportWidths,
} from '../src/providers/posthog/records.ts'
import { builder } from './builder.ts'
import { sized } from './costs.ts'
import { HeatAggregationEnum, HeatTypeEnum, mostRows } from './heat-arguments.ts'
import { DaySpan } from './heat-days.ts'
import { FixedHeat, HeatHotspot, hotspotOptions, hotspotsIn, sizedByCells } from './heat-layer.ts'

/** The assumed rows of a page of 5,000 pixels. */
const assumedDepths = 50

/** A grid and the project that it belongs to. */
export interface Heat {
  readonly scope: PostHogScope
  readonly grid: GridRecord
}

export const HeatUnit = builder.enumType('HeatUnit', {
  description: 'The unit of heat.',
  values: {
    INTERACTIONS: { description: 'Clicks, rage clicks or positions of the mouse.' },
    PAGE_VIEWS: { description: 'Views of a page whose depth was recorded.' },
    VISITORS: { description: "Visitors of each of PostHog's points, added up." },
  } as const,
})

export const HeatViewport = builder.objectRef<ViewportWidths>('HeatViewport')
HeatViewport.implement({
  description: "The widths of visitors' windows that are counted, both ends included, in CSS pixels.",
  fields: t => ({
    min: t.exposeInt('min', { description: 'The narrowest; null without a bound.' }),
    max: t.exposeInt('max', { description: 'The widest; null without a bound.' }),
  }),
})

const HeatFold = builder.objectRef<FoldRecord>('HeatFold')
HeatFold.implement({
  description:
    'How much happened below what visitors saw before they scrolled. Without elements that stay in place, which are always seen.',
  fields: t => ({
    total: t.expose('total', {
      type: 'SafeInt',
      nullable: false,
      description: 'All interactions, also if visitors are counted.',
    }),
    below: t.expose('below', {
      type: 'SafeInt',
      nullable: false,
      description: 'Those for which a visitor had to scroll.',
    }),
    belowShare: t.float({
      description: '`below` ÷ `total`, 0 to 1. Null if there are none.',
      resolve: ({ below, total }) => (total === 0 ? null : below / total),
    }),
    medianViewportHeight: t.exposeFloat('medianViewportHeight', {
      description: "The median height of visitors' windows, in CSS pixels. Null if there are none.",
    }),
  }),
})

const ScrollDepth = builder.objectRef<ScrollRecord & { readonly of: number | null }>('ScrollDepth')
ScrollDepth.implement({
  description:
    'How many saw a row of 100 CSS pixels of a page, the row in which their last pixel lies included.',
  fields: t => ({
    depth: t.exposeInt('depth', {
      nullable: false,
      description: 'The top of the row, in CSS pixels from the top of the page.',
    }),
    reached: t.expose('reached', {
      type: 'SafeInt',
      nullable: false,
      description: "In the grid's unit. A visitor of several depths counts once for each.",
    }),
    share: t.float({
      description: 'Its share of all, 0 to 1.',
      resolve: ({ reached, of }) => (of ? reached / of : null),
    }),
  }),
})

export const HeatGrid = builder.objectRef<Heat>('HeatGrid')
HeatGrid.implement({
  requiresScopes: [['heatmaps:read']],
  description:
    "What visitors did on a page, from PostHog, counted in cells of equal size. Columns are shares of the window's width; rows are CSS pixels from the top of the page, as visitors saw it. PostHog rounds to the nearest 0.01 of the width, and trackers to the nearest 16 pixels: an interaction may lie outside of its cell by half of that.",
  fields: t => ({
    type: t.field({
      type: HeatTypeEnum,
      nullable: false,
      description: 'What they did.',
      resolve: ({ grid }) => grid.question.type,
    }),
    aggregation: t.field({
      type: HeatAggregationEnum,
      nullable: false,
      description: 'What is counted.',
      resolve: ({ grid }) => grid.question.aggregation,
    }),
    unit: t.field({
      type: HeatUnit,
      nullable: false,
      description: 'The unit of the values.',
      resolve: ({ grid }) => unitOf(grid),
    }),
    days: t.field({
      type: DaySpan,
      nullable: false,
      description: "The days, in the PostHog project's time zone.",
      resolve: ({ grid }) => grid.question.days,
    }),
    viewport: t.field({
      type: HeatViewport,
      nullable: false,
      description: 'The widths of windows. PostHog knows them to 16 pixels.',
      resolve: ({ grid }) => grid.question.viewport,
    }),
    page: t.string({
      nullable: false,
      description: "The page that is counted: the heatmap's `dataUrl`, or else its `url`.",
      resolve: ({ grid }) => grid.question.page,
    }),
    columns: t.int({
      nullable: false,
      description: 'How many cells side by side.',
      resolve: ({ grid }) => grid.columns,
    }),
    rows: t.int({
      nullable: false,
      description: `How many rows there are, down to the last one with something in it, ${mostRows} at most.`,
      resolve: ({ grid }) => grid.rows,
    }),
    cellWidth: t.float({
      nullable: false,
      description: "The width of a cell, as a share of the window's width: 1 ÷ `columns`.",
      resolve: ({ grid }) => grid.cellWidth,
    }),
    cellHeight: t.int({
      nullable: false,
      description:
        'The height of a cell, in CSS pixels: about as much as its width in the middle of `viewport`, a multiple of 16 as trackers count. 100 for SCROLL_DEPTH.',
      resolve: ({ grid }) => grid.cellHeight,
    }),
    values: t.field({
      type: ['SafeInt'],
      nullable: false,
      extensions: sizedByCells,
      description:
        'The cells row by row: column `c` of row `r` is at `r * columns + c`. Without elements that stay in place. For SCROLL_DEPTH how many saw each row.',
      resolve: ({ grid }) => grid.values,
    }),
    total: t.field({
      type: 'SafeInt',
      description:
        'All values and `leftOut`; for SCROLL_DEPTH all page views. Null for UNIQUE_VISITORS: whoever used two points would count twice.',
      resolve: ({ grid }) => grid.total,
    }),
    leftOut: t.field({
      type: 'SafeInt',
      nullable: false,
      description: `What lies outside of the cells: left or right of the window, above the page, or below ${mostRows} rows.`,
      resolve: ({ grid }) => grid.leftOut,
    }),
    fixed: t.field({
      type: FixedHeat,
      description:
        'Elements that stay in place while the page scrolls, apart from all others. Null for SCROLL_DEPTH.',
      resolve: ({ grid }) => grid.fixed && { layer: grid.fixed, geometry: grid, isDifference: false },
    }),
    hotspots: t.field({
      ...hotspotOptions,
      type: [HeatHotspot],
      description: 'The cells with most, the highest first. Null for SCROLL_DEPTH.',
      resolve: ({ grid }, args, context) =>
        grid.scroll ? null : hotspotsIn({ layer: grid, geometry: grid }, args, context, grid.total),
    }),
    fold: t.field({
      type: HeatFold,
      description: 'What happened below the first screen. Null for SCROLL_DEPTH, and from an older PostHog.',
      resolve: ({ grid }) => grid.fold,
    }),
    scroll: t.field({
      type: [ScrollDepth],
      listSize: { assumedSize: assumedDepths },
      extensions: sized({ size: () => mostRows }),
      description:
        'How many saw each 100 CSS pixels of the page, from its top. Null except for SCROLL_DEPTH.',
      resolve: ({ grid }) => {
        const of = grid.values[0] ?? null
        return grid.scroll?.map(depth => ({ ...depth, of })) ?? null
      },
    }),
  }),
})

export function unitOf({ question: { type, aggregation } }: Pick<GridRecord, 'question'>) {
  if (aggregation === 'uniqueVisitors') return 'VISITORS'
  return type === 'scrollDepth' ? 'PAGE_VIEWS' : 'INTERACTIONS'
}
