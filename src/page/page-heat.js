import { dataTable } from './data-table.js'
import { choice, element, labelled } from './elements.js'
import { laterDay, today } from './local-time.js'
import { percent, wholeNumber } from './numbers.js'
import { dayOf } from './period.js'

/** @type {readonly (readonly [string, string])[]} */
const types = [
  ['CLICK', 'Clicks'],
  ['RAGE_CLICK', 'Rage clicks'],
  ['MOUSE_MOVE', 'Mouse moves'],
  ['SCROLL_DEPTH', 'Scroll depth'],
]

/** @typedef {{ id: string, name: string | null, renditions: { width: number, hasContent: boolean | null }[] | null }} Heatmap */
/** @typedef {{ id: string, width: number, type: string, typeName: string, from: string, through: string, isCompared: boolean }} Heat */

/**
 * What heat the address asks: by default clicks of the last 7 days in the width nearest to 1024. Undefined without a heatmap.
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
  return {
    id: heatmap.id,
    width: nearest[0] ?? 1024,
    type,
    typeName,
    from: dayOf(parameters.get('from')) ?? laterDay(yesterday, -6),
    through: dayOf(parameters.get('through')) ?? yesterday,
    isCompared: parameters.get('compare') === 'before',
  }
}

/**
 * @param {Heat} heat
 * @param {readonly Heatmap[]} heatmaps
 * @param {(changes: Record<string, string>) => void} change
 */
export function heatFields(heat, heatmaps, change) {
  const heatmap = heatmaps.find(({ id }) => id === heat.id)
  const widths = (heatmap ? widthsOf(heatmap) : []).map(
    width => /** @type {const} */ ([String(width), `${width} px`]),
  )
  const names = heatmaps.map(({ id, name }) => /** @type {const} */ ([id, name ?? id]))
  const day = (/** @type {'from' | 'through'} */ name) =>
    element('input', {
      id: name,
      type: 'date',
      required: true,
      value: heat[name],
      change: event =>
        dayOf(event.target.value) &&
        change({ from: heat.from, through: heat.through, [name]: event.target.value }),
    })
  const comparisons = /** @type {const} */ ([
    ['', 'These days'],
    ['before', 'More and less than before'],
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
    labelled('From', day('from')),
    labelled('Through', day('through')),
    labelled(
      'Compare',
      choice('compare', comparisons, heat.isCompared ? 'before' : '', value => change({ compare: value })),
    ),
  ]
}

/**
 * The picture and its numbers are of the same windows: those within a tenth of the picture's width.
 *
 * @param {Heat} heat
 */
export function heatQuestion({ id, width, type, from, through, isCompared }) {
  const days = { from, to: laterDay(through, 1) }
  const count = Math.round((Date.parse(days.to) - Date.parse(from)) / 86_400_000)
  const against = { from: laterDay(from, -count), to: from }
  const viewport = { min: Math.ceil(width * 0.9), max: Math.floor(width * 1.1) }
  const variables = { id, type, days, viewport, width }
  if (!isCompared) return { name: 'PageHeat', variables: { ...variables, overlay: { type, days, viewport } } }
  return {
    name: 'PageHeatCompared',
    variables: { ...variables, against, overlay: { type, days, viewport, against } },
  }
}

/**
 * The numbers beside the picture.
 *
 * @param {Heat} heat
 * @param {any} grid
 */
export function heatTable({ type, width, isCompared }, grid) {
  if (!grid) return element('p', { class: 'quiet' }, 'Its numbers are not known at the moment.')
  const unit = String(grid.unit).toLowerCase().replace('_', ' ')
  const { total, hotspots } = isCompared ? (grid.difference ?? {}) : grid
  const summary = isCompared
    ? `${wholeNumber(grid.total)} ${unit}, ${signed(total)} than before`
    : `${wholeNumber(total)} ${unit}`
  const fold = grid.fold?.belowShare
  const words = [
    element('p', {}, element('strong', {}, summary)),
    fold !== null &&
      fold !== undefined &&
      element('p', { class: 'quiet' }, `${percent(fold)} of it lies below the first screen.`),
  ]
  const place = (/** @type {any} */ { x, y }) =>
    `${Math.round(x * width)} px from the left, ${wholeNumber(y)} px from the top`
  if (type === 'SCROLL_DEPTH' && grid.scroll && !isCompared) {
    const rows = grid.scroll.map((/** @type {any} */ step) => [
      `${wholeNumber(step.depth)} px`,
      wholeNumber(step.reached),
      percent(step.share),
    ])
    const headings = [
      { name: 'Depth' },
      { name: 'Reached by', isNumber: true },
      { name: 'Share', isNumber: true },
    ]
    return element('div', {}, words, dataTable('How far visitors scrolled', headings, rows))
  }
  const rows = (hotspots ?? []).map((/** @type {any} */ spot) => [
    place(spot),
    isCompared ? signed(spot.value) : wholeNumber(spot.value),
    ...(isCompared ? [] : [percent(spot.share)]),
  ])
  const headings = [
    { name: 'Where' },
    { name: isCompared ? 'More or less' : 'Count', isNumber: true },
    ...(isCompared ? [] : [{ name: 'Share', isNumber: true }]),
  ]
  const caption = isCompared ? 'Where it changed most' : 'The hottest places'
  return element('div', {}, words, dataTable(caption, headings, rows, { isCaptionSeen: true }))
}

/** @param {number | null | undefined} value */
function signed(value) {
  const text = wholeNumber(value)
  return typeof value === 'number' && value > 0 ? `+${text}` : text
}

/** @param {Heatmap} heatmap */
function widthsOf({ renditions }) {
  return (renditions ?? []).filter(({ hasContent }) => hasContent !== false).map(({ width }) => width)
}
