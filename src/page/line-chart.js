import { bounds, scaleOf } from './chart-scale.js'
import { drawn, element } from './elements.js'

/**
 * @import { Bucket } from './paired-buckets.js'
 * @typedef {{ label: string, text: (value: number | null) => string, stepOf: (value: number) => number, unitOf: (value: number) => number,
 *   startOf: (bucket: Bucket) => string }} ChartWords `stepOf`: the least difference that `text` shows; `unitOf`: in what it tells it
 */

const height = 180
const edge = { top: 8, right: 8, bottom: 22 }

/** Each letter of a label needs at most so many pixels. */
const letterWidth = 7

/**
 * A period and the one before it, as wide as there is room. Buckets without a number are gaps. A table has the same numbers.
 *
 * @param {readonly Bucket[]} buckets
 * @param {ChartWords} words
 */
export function lineChart(buckets, words) {
  const reading = element('p', { class: 'reading quiet', 'aria-hidden': 'true' }, ' ')
  const place = element('div', { class: 'chart' })
  let width = 0
  const draw = () => {
    if (place.clientWidth === width || place.clientWidth === 0) return
    width = place.clientWidth
    place.replaceChildren(chartOf(buckets, words, width, reading))
  }
  new ResizeObserver(draw).observe(place)
  return element('div', {}, place, reading)
}

/**
 * @param {readonly Bucket[]} buckets
 * @param {ChartWords} words
 * @param {number} width
 * @param {HTMLElement} reading
 */
function chartOf(buckets, words, width, reading) {
  const numbers = buckets.flatMap(({ value, before }) => [value ?? 0, before ?? 0])
  const { top, lines } = scaleOf(numbers, words.stepOf, words.unitOf)
  const labels = lines.map(words.text)
  const right = width - edge.right
  // The same width for most charts, so that they align.
  const left = Math.max(52, ...labels.map(label => label.length * letterWidth + 6))
  const x = (/** @type {number} */ index) =>
    left + (right - left) * (buckets.length > 1 ? index / (buckets.length - 1) : 0.5)
  const y = (/** @type {number} */ value) =>
    height - edge.bottom - ((height - edge.top - edge.bottom) * value) / top
  const grid = lines.map((value, index) => [
    drawn('line', { class: 'grid', x1: left, x2: right, y1: y(value), y2: y(value) }),
    drawn('text', { class: 'tick', x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, labels[index]),
  ])
  const count = Math.max(1, Math.min(buckets.length, Math.floor((right - left) / 120)))
  const ticks = Array.from({ length: count }, (_, index) =>
    count === 1 ? 0 : Math.round((index * (buckets.length - 1)) / (count - 1)),
  ).map((index, order) => {
    const anchor = order === 0 ? 'start' : order === count - 1 ? 'end' : 'middle'
    const bucket = buckets[index]
    const text = bucket ? words.startOf(bucket) : ''
    return drawn('text', { class: 'tick', x: x(index), y: height - 6, 'text-anchor': anchor }, text)
  })
  const cursor = drawn('line', { class: 'cursor', y1: edge.top, y2: height - edge.bottom, x1: -9, x2: -9 })
  const point = (/** @type {PointerEvent} */ event) => {
    const box = chart.getBoundingClientRect()
    const ratio = (event.clientX - box.left - left) / (right - left)
    const index = Math.max(0, Math.min(buckets.length - 1, Math.round(ratio * (buckets.length - 1))))
    const bucket = buckets[index]
    if (!bucket) return
    cursor.setAttribute('x1', String(x(index)))
    cursor.setAttribute('x2', String(x(index)))
    reading.textContent = `${words.startOf(bucket)}: ${words.text(bucket.value)}, before ${words.text(bucket.before)}`
  }
  const chart = drawn(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': words.label,
      pointermove: point,
    },
    grid.flat(),
    ticks,
    bothLines(buckets, x, y),
    cursor,
  )
  return chart
}

/**
 * A small line without axes; its numbers stand in the row beside it and in a table.
 *
 * @param {readonly { value: number | null, before: number | null }[]} buckets
 * @param {string} label
 */
export function sparkline(buckets, label) {
  const [width, tall] = [160, 32]
  const [, top] = bounds(buckets.flatMap(({ value, before }) => [value ?? 0, before ?? 0]))
  const x = (/** @type {number} */ index) => 2 + ((width - 4) * index) / Math.max(1, buckets.length - 1)
  const y = (/** @type {number} */ value) => tall - 2 - ((tall - 4) * value) / Math.max(1, top)
  return drawn(
    'svg',
    {
      class: 'spark',
      viewBox: `0 0 ${width} ${tall}`,
      width,
      height: tall,
      role: 'img',
      'aria-label': label,
    },
    bothLines(buckets, x, y),
  )
}

/**
 * @param {readonly { value: number | null, before: number | null }[]} buckets
 * @param {(index: number) => number} x
 * @param {(value: number) => number} y
 */
function bothLines(buckets, x, y) {
  const before = buckets.map(({ before }) => before)
  const now = buckets.map(({ value }) => value)
  return [...linesOf(before, 'before', x, y), ...linesOf(now, 'now', x, y)]
}

/**
 * A path for each run of numbers, and a dot for a single number between gaps.
 *
 * @param {readonly (number | null)[]} values
 * @param {string} name
 * @param {(index: number) => number} x
 * @param {(value: number) => number} y
 */
function linesOf(values, name, x, y) {
  /** @type {string[][]} */
  const runs = [[]]
  values.forEach((value, index) => {
    if (value === null) runs.push([])
    else runs.at(-1)?.push(`${x(index).toFixed(1)} ${y(value).toFixed(1)}`)
  })
  return runs
    .filter(run => run.length > 0)
    .map(run => {
      const [cx = '0', cy = '0'] = run[0]?.split(' ') ?? []
      if (run.length === 1) return drawn('circle', { class: `dot ${name}`, cx, cy, r: 2 })
      return drawn('path', { class: `line ${name}`, d: `M${run.join('L')}` })
    })
}
