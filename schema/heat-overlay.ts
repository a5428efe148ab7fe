import type { Context } from '../src/context.ts'
import {
  type HeatOverlay,
  type OverlayLook,
  opacities,
  type Palette,
  palettes,
} from '../src/images/references.ts'
import type { Days } from '../src/providers/posthog/records.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'
import {
  checkViewport,
  HeatAggregationEnum,
  type HeatArguments,
  HeatTypeEnum,
  toViewport,
  ViewportRange,
} from './heat-arguments.ts'
import { checkDays, DayRange, type DaysInput } from './heat-days.ts'

const HeatPalette = builder.enumType('HeatPalette', {
  description:
    'The colours of heat over a page. All of them are read in grey and by the colour-blind; a legend below the page says what they mean.',
  values: {
    VIRIDIS: { value: 'viridis', description: 'From violet over green to yellow; the default.' },
    INFERNO: { value: 'inferno', description: 'From black over red to pale yellow, for dark pages.' },
    CIVIDIS: { value: 'cividis', description: 'From blue to yellow.' },
    BLUE_ORANGE: {
      value: 'blue-orange',
      description: 'Blue where there is less, orange where there is more: for `against` only.',
    },
  } as const satisfies Record<string, { value: Palette; description: string }>,
})

export const HeatOverlayInput = builder.inputType('HeatOverlay', {
  description:
    'Heat over the image of a page, drawn by Isotherm in the width in which PostHog recorded the page. The link of the image asks for this heat and no other.',
  fields: t => ({
    type: t.field({ type: HeatTypeEnum, defaultValue: 'click', description: 'What visitors did.' }),
    days: t.field({
      type: DayRange,
      required: true,
      description:
        "As in `heat`: whole days of the PostHog project's time zone, of those that PostHog keeps. Days that are counted from today are those of the request: its link stays with them.",
    }),
    against: t.field({
      type: DayRange,
      description: 'Other days, such as the week before: draws what is more and what is less than then.',
    }),
    viewport: t.field({
      type: ViewportRange,
      description:
        'Only windows of these widths. By default those within a tenth of the width in which the image was recorded: in others the layout of the page differs. `{}` mixes all widths.',
    }),
    aggregation: t.field({
      type: HeatAggregationEnum,
      defaultValue: 'total',
      description: 'What is counted.',
    }),
    palette: t.field({
      type: HeatPalette,
      description:
        'The colours; in a link also `?palette=viridis`, `inferno`, `cividis` or `blue-orange`. VIRIDIS by default, BLUE_ORANGE with `against`.',
    }),
    opacity: t.float({
      description:
        'How much heat covers of the page: 0.1, 0.2 and so on to 1; in a link also `?opacity=`. 0.7 by default.',
    }),
  }),
})

/** The parsed values of that input. */
export interface OverlayArguments extends Omit<HeatArguments, 'columns'> {
  readonly against?: DaysInput | null | undefined
  readonly palette?: Palette | null | undefined
  readonly opacity?: number | null | undefined
}

export function checkOverlay(
  { days, against, viewport, palette, opacity }: OverlayArguments,
  context: Pick<Context, 'heatmapDays'>,
): void {
  checkDays('overlay.days', days, context)
  if (against) checkDays('overlay.against', against, context)
  checkViewport(viewport)
  if (opacity != null && !opacities.includes(opacity))
    throw new BadInput(`overlay.opacity must be one of ${opacities.join(', ')}, not ${opacity}.`)
  const isDiverging = palettes.diverging.some(diverging => diverging === palette)
  if (palette && against && !isDiverging)
    throw new BadInput('overlay.palette must be BLUE_ORANGE for a difference, whose middle is zero.')
  if (isDiverging && !against)
    throw new BadInput('overlay.palette can only be BLUE_ORANGE for a difference: give `against` too.')
}

/** What the link keeps, with the defaults, and what its reader may change. */
export function toOverlay(
  page: string,
  { days, against }: { readonly days: Days; readonly against: Days | undefined },
  { type, viewport, aggregation, palette, opacity }: OverlayArguments,
): { readonly overlay: HeatOverlay; readonly look: OverlayLook } {
  return {
    overlay: {
      page,
      type: type ?? 'click',
      days,
      ...(against && { against }),
      aggregation: aggregation ?? 'total',
      viewport: toViewport(viewport),
    },
    look: { palette: palette ?? undefined, opacity: opacity ?? undefined },
  }
}
