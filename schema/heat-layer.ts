import type { Context } from '../src/context.ts'
import type { HeatGeometry, HeatLayer, Hotspot } from '../src/providers/posthog/records.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { sized } from './costs.ts'
import { mostColumns, mostRows } from './heat-arguments.ts'

/** A layer and the size of its cells. */
export interface SizedLayer {
  readonly layer: HeatLayer
  readonly geometry: HeatGeometry
}

export const HeatHotspot = builder.objectRef<Hotspot & { readonly total: number | null }>('HeatHotspot')
HeatHotspot.implement({
  description: 'A cell of a grid.',
  fields: t => ({
    column: t.exposeInt('column', { nullable: false, description: 'Its column, from 0.' }),
    row: t.exposeInt('row', { nullable: false, description: 'Its row, from 0.' }),
    x: t.exposeFloat('x', {
      nullable: false,
      description: "Its middle, as a share of the window's width, 0 to 1.",
    }),
    y: t.exposeFloat('y', { nullable: false, description: 'Its middle, in CSS pixels from the top.' }),
    value: t.expose('value', { type: 'SafeInt', nullable: false, description: "In the grid's unit." }),
    share: t.float({
      description: 'Its share of `total`, 0 to 1. Null in a difference and where there is no total.',
      resolve: ({ value, total }) => (total ? value / total : null),
    }),
  }),
})

const [usualTop, mostTop] = [10, 100]

const topArgument = builder.args(t => ({
  top: t.int({ defaultValue: usualTop, description: `The maximum number of cells, 1 to ${mostTop}.` }),
}))

interface TopArguments {
  readonly top?: number | null | undefined
}

/** The fields that all types of hotspots have. */
export const hotspotOptions = {
  args: topArgument,
  listSize: { slicingArguments: ['top'], requireOneSlicingArgument: false },
  extensions: checked<TopArguments>(({ top }) => {
    if (top != null && (top < 1 || top > mostTop))
      throw new BadInput(`top must be from 1 to ${mostTop}, not ${top}.`)
  }),
}

/** Shares are parts of `total`; null if there are none. */
export function hotspotsIn(
  { layer, geometry }: SizedLayer,
  { top }: TopArguments,
  { loaders }: Context,
  total: number | null,
) {
  return loaders.posthog.hotspots(layer, geometry, top ?? usualTop).map(hotspot => ({ ...hotspot, total }))
}

/** Extensions of a list with one value for each cell, by the number of columns that a field above gives. */
export const sizedByCells = sized({ size: (_args, { columns = mostColumns }) => columns * mostRows })

export const FixedHeat = builder.objectRef<SizedLayer & { readonly isDifference: boolean }>('FixedHeat')
FixedHeat.implement({
  requiresScopes: [['heatmaps:read']],
  description:
    'The heat of elements that stay in place while the page scrolls, such as a bar at the top. Its cells have the size of the grid above; its rows count from the top of the window instead of the page.',
  fields: t => ({
    rows: t.int({
      nullable: false,
      description: 'How many rows there are, down to the last one with something in it.',
      resolve: ({ layer }) => layer.rows,
    }),
    values: t.field({
      type: ['SafeInt'],
      nullable: false,
      extensions: sizedByCells,
      description: "The cells row by row, in the grid's unit, as the grid's own.",
      resolve: ({ layer }) => layer.values,
    }),
    total: t.field({
      type: 'SafeInt',
      description: 'All of them. Null for UNIQUE_VISITORS, which cannot be added up.',
      resolve: ({ layer }) => layer.total,
    }),
    leftOut: t.field({
      type: 'SafeInt',
      nullable: false,
      description: 'What lies outside of the cells, as in the grid.',
      resolve: ({ layer }) => layer.leftOut,
    }),
    hotspots: t.field({
      ...hotspotOptions,
      type: [HeatHotspot],
      nullable: false,
      description: 'The cells with most, the highest first.',
      resolve: (fixed, args, context) =>
        hotspotsIn(fixed, args, context, fixed.isDifference ? null : fixed.layer.total),
    }),
  }),
})
