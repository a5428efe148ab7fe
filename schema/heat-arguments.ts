import type { Context } from '../src/context.ts'
import type { Days, HeatAggregation, HeatType, ViewportWidths } from '../src/providers/posthog/records.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'
import { checkDays, DayRange, type DaysInput } from './heat-days.ts'

export const HeatTypeEnum = builder.enumType('HeatType', {
  description: 'What visitors of a page did.',
  values: {
    CLICK: { value: 'click', description: 'Clicks and taps.' },
    RAGE_CLICK: {
      value: 'rageClick',
      description: 'Many clicks on one spot within a moment, as when a page does not react.',
    },
    MOUSE_MOVE: { value: 'mouseMove', description: 'Where the mouse moved.' },
    SCROLL_DEPTH: {
      value: 'scrollDepth',
      description: 'How far down a page was seen: a grid of one column, and the curve `scroll`.',
    },
  } as const satisfies Record<string, { value: HeatType; description: string }>,
})

export const HeatAggregationEnum = builder.enumType('HeatAggregation', {
  description: 'What is counted.',
  values: {
    TOTAL: { value: 'total', description: 'Every interaction.' },
    UNIQUE_VISITORS: {
      value: 'uniqueVisitors',
      description:
        "Visitors of each of PostHog's points. A cell adds up its points, so a visitor who used several of them counts several times: an upper bound. They cannot be added up further: `total` is null.",
    },
  } as const satisfies Record<string, { value: HeatAggregation; description: string }>,
})

export const ViewportRange = builder.inputType('ViewportWidths', {
  description:
    "Widths of visitors' windows in CSS pixels, both ends included. PostHog knows them to 16 pixels. A bound that is left out is none: `{}` mixes all widths.",
  fields: t => ({
    min: t.int({ description: 'The narrowest, 1 to 10000.' }),
    max: t.int({ description: 'The widest, 1 to 10000.' }),
  }),
})

export const heatArguments = builder.args(t => ({
  type: t.field({ type: HeatTypeEnum, defaultValue: 'click', description: 'What visitors did.' }),
  days: t.field({
    type: DayRange,
    required: true,
    description:
      'When, in whole days of the PostHog project\'s time zone, such as `{ last: "P7D" }`. PostHog keeps 90 days, unless the operator sets another number; a range that starts before them is refused. Today counts so far.',
  }),
  viewport: t.field({
    type: ViewportRange,
    description:
      'Only windows of these widths, because the same page looks different in others. Defaults to 922 to 1126, which PostHog shows with an image of 1024 pixels. `{}` mixes all widths.',
  }),
  aggregation: t.field({
    type: HeatAggregationEnum,
    defaultValue: 'total',
    description: 'What is counted.',
  }),
  columns: t.int({
    description:
      'How many cells side by side, 1 to 100: PostHog rounds to 0.01 of the width. Cells are even for divisors of 100, such as 50, 25 or 20. By default the most of these whose cells are 16 CSS pixels or wider in the narrowest window, since trackers send coordinates in steps of 16. SCROLL_DEPTH has one column. Costs no call.',
  }),
}))

/** The parsed values of those arguments. */
export interface HeatArguments {
  readonly type?: HeatType | null | undefined
  readonly days: DaysInput
  readonly viewport?:
    | { readonly min?: number | null | undefined; readonly max?: number | null | undefined }
    | null
    | undefined
  readonly aggregation?: HeatAggregation | null | undefined
  readonly columns?: number | null | undefined
}

/** No finer than PostHog's coordinates. */
export const mostColumns = 100
/** The most rows of a grid: the grid is cut there. */
export const mostRows = 2000
const widest = 10_000
/** The default width of an image, with a tenth on each side, as on PostHog's own page (its source). */
const usualViewport: ViewportWidths = { min: 922, max: 1126 }

export function checkHeat(
  { days, viewport, columns }: HeatArguments,
  context: Pick<Context, 'heatmapDays'>,
): void {
  checkDays('days', days, context)
  checkViewport(viewport)
  if (columns != null && (columns < 1 || columns > mostColumns))
    throw new BadInput(
      `columns must be from 1 to ${mostColumns}, not ${columns}: PostHog rounds to 0.01 of the width.`,
    )
}

export function checkViewport(viewport: HeatArguments['viewport']): void {
  const { min, max } = viewport ?? {}
  for (const [name, width] of Object.entries({ min, max })) {
    if (width != null && (width < 1 || width > widest))
      throw new BadInput(`viewport.${name} must be from 1 to ${widest}, not ${width}.`)
  }
  if (min != null && max != null && min > max)
    throw new BadInput(`viewport.min is ${min}, which is more than viewport.max, ${max}.`)
}

/** The question about a page, with the defaults. */
export function toHeatQuestion(
  page: string,
  days: Days,
  { type, viewport, aggregation }: Omit<HeatArguments, 'days'>,
) {
  return {
    page,
    type: type ?? 'click',
    days,
    viewport: toViewport(viewport) ?? usualViewport,
    aggregation: aggregation ?? 'total',
  }
}

/** Null if none is given. */
export function toViewport(viewport: HeatArguments['viewport']): ViewportWidths | null {
  return viewport ? { min: viewport.min ?? null, max: viewport.max ?? null } : null
}
