import { dateField, dayField, dayOf } from './day-field.js'
import { choice, labelled } from './elements.js'
import { laterDay, today } from './local-time.js'

/** @type {readonly (readonly [string, string])[]} */
const types = [
  ['CLICK', 'Clicks'],
  ['RAGE_CLICK', 'Rage clicks'],
  ['MOUSE_MOVE', 'Mouse moves'],
  ['SCROLL_DEPTH', 'Scroll depth'],
]

/** @typedef {{ id: string, name: string | null, renditions: { width: number, hasContent: boolean | null }[] | null }} Heatmap */
/**
 * @typedef {{ id: string, width: number, type: string, typeName: string, from: string, through: string, isCompared: boolean, against: string }} Heat
 * `against`: the first of as many days that it is compared with
 */

/**
 * The heat of the address: by default clicks of the last 7 days in the width nearest to 1024. Undefined without a heatmap.
 *
 * @param {URLSearchParams} parameters
 * @param {readonly Heatmap[]} heatmaps
 * @returns {Heat | undefined}
 */
export function heatOf(parameters, heatmaps) {
  const heatmap = heatmaps.find(({ id }) => id === parameters.get('heatmap')) ?? heatmaps[0]
  if (!heatmap) return undefined
  const wanted = Number(parameters.get('width')) || 1024
  const nearest = widthsOf(heatmap).toSorted(
    (one, other) => Math.abs(one - wanted) - Math.abs(other - wanted),
  )
  const [type, typeName] = types.find(([value]) => value === parameters.get('heat')) ?? ['CLICK', 'Clicks']
  const yesterday = laterDay(today('UTC'), -1)
  const from = dayOf(parameters.get('from')) ?? laterDay(yesterday, -6)
  const through = dayOf(parameters.get('through')) ?? yesterday
  return {
    id: heatmap.id,
    width: nearest[0] ?? 1024,
    type,
    typeName,
    from,
    through,
    isCompared: parameters.get('compare') === 'before',
    against: dayOf(parameters.get('against')) ?? laterDay(from, -countOf({ from, through })),
  }
}

/**
 * @param {Heat} heat
 * @param {readonly Heatmap[]} heatmaps
 * @param {(changes: Record<string, string | null>) => void} change
 */
export function heatFields(heat, heatmaps, change) {
  const heatmap = heatmaps.find(({ id }) => id === heat.id)
  const widths = (heatmap ? widthsOf(heatmap) : []).map(
    width => /** @type {const} */ ([String(width), `${width} px`]),
  )
  const names = heatmaps.map(({ id, name }) => /** @type {const} */ ([id, name ?? id]))
  const days = { from: heat.from, through: heat.through }
  const comparisons = /** @type {const} */ ([
    ['', 'These days'],
    ['before', 'Before and after'],
  ])
  return [
    ...(names.length > 1
      ? [
          labelled(
            'Heatmap',
            choice('heatmap', names, heat.id, value => change({ heatmap: value })),
          ),
        ]
      : []),
    labelled(
      'Shows',
      choice('heat', types, heat.type, value => change({ heat: value })),
    ),
    labelled(
      'Width',
      choice('width', widths, String(heat.width), value => change({ width: value })),
    ),
    labelled('From', dayField('from', days)),
    labelled('Through', dayField('through', days)),
    labelled(
      'Compare',
      choice('compare', comparisons, heat.isCompared ? 'before' : '', value =>
        change({ compare: value, against: null }),
      ),
    ),
    ...(heat.isCompared
      ? [
          labelled(
            'With as many days from',
            dateField(
              'against',
              () => heat.against,
              against => change({ against }),
            ),
          ),
        ]
      : []),
  ]
}

/**
 * The image and its numbers are of the same windows: those within a tenth of the image's width.
 *
 * @param {Heat} heat
 */
export function heatQuestion(heat) {
  const { id, width, type } = heat
  const { days, against } = spansOf(heat)
  const viewport = { min: Math.ceil(width * 0.9), max: Math.floor(width * 1.1) }
  const variables = { id, type, days, viewport, width }
  const overlay = { type, days, viewport }
  if (!heat.isCompared) return { name: 'PageHeat', variables: { ...variables, overlay } }
  return {
    name: 'PageHeatCompared',
    variables: {
      ...variables,
      against,
      overlay: { ...overlay, against },
      earlier: { ...overlay, days: against },
      later: overlay,
    },
  }
}

/**
 * Both periods; their ends are exclusive.
 *
 * @param {Heat} heat
 */
export function spansOf({ from, through, against }) {
  const count = countOf({ from, through })
  return {
    days: { from, to: laterDay(through, 1) },
    against: { from: against, to: laterDay(against, count) },
  }
}

/** @param {{ from: string, through: string }} days */
function countOf({ from, through }) {
  return Math.max(1, Math.round((Date.parse(through) - Date.parse(from)) / 86_400_000) + 1)
}

/** @param {Heatmap} heatmap */
function widthsOf({ renditions }) {
  return (renditions ?? []).filter(({ hasContent }) => hasContent !== false).map(({ width }) => width)
}
