import { currentPlace } from './address.js'
import { Cost } from './cost.js'
import { dataTable, folded } from './data-table.js'
import { element } from './elements.js'
import { exportAddress } from './export-address.js'
import { failures } from './failures.js'
import { ask } from './graph.js'
import { lineChart } from './line-chart.js'
import { rangeText } from './local-time.js'
import {
  changeOf,
  changeText,
  duration,
  durationStep,
  durationUnit,
  percent,
  wholeNumber,
} from './numbers.js'
import { bucketText, pairedBuckets } from './paired-buckets.js'
import { exportLinks, panel, progress, queryLink } from './panel.js'
import { comparedText, periodFields, periodOf, rangesOf } from './period.js'
import { storeHeatmaps } from './store-heatmaps.js'
import { storeHours } from './store-hours.js'

/**
 * @typedef {{ title: string, meaning: string, now: any, before: any, total: number | null, totalBefore: number | null,
 *   text: (value: number | null) => string, stepOf: (value: number) => number, unitOf: (value: number) => number }} Metric `now` and
 * `before` are columns with their local starts
 */

/** @type {Readonly<Record<string, readonly [title: string, meaning: string]>>} */
const names = {
  VISITS: ['Visits', 'who entered and stayed'],
  GROUP_VISITS: ['Groups', 'people who entered together'],
  BOUNCES: ['Bounces', 'who left within seconds'],
  ALL_VISITS: ['All who entered', 'visits and bounces'],
  PEAK_OCCUPANCY: ['Most inside at once', 'a maximum, not a sum'],
  WALK_BYS: ['Passers-by', 'who walked past'],
  DWELL_TIME: ['Dwell time', 'how long people stayed'],
}

/**
 * One store: its metrics with the earlier period, its rates, its busy hours, and its heatmaps.
 *
 * @param {HTMLElement} root
 * @param {URLSearchParams} parameters
 * @param {AbortSignal} signal
 */
export async function showStore(root, parameters, signal) {
  const period = periodOf(parameters)
  const id = parameters.get('id') ?? ''
  const question = { name: 'Store', variables: { id, ...rangesOf(period) } }
  const cancelling = new AbortController()
  const bar = progress(() => cancelling.abort())
  const cost = new Cost()
  const title = element('h1', { tabindex: -1 }, 'Store')
  const subtitle = element('p', { class: 'quiet' })
  const trouble = element('div')
  const charts = element('div', { class: 'charts' })
  const tools = element('div', { class: 'tools' })
  root.append(
    title,
    subtitle,
    element('form', { class: 'controls', submit: event => event.preventDefault() }, periodFields(period)),
    panel('Traffic', [tools], bar.line, trouble, charts, cost.line),
  )
  /** @type {any} */
  let store
  try {
    const answer = await ask(question, AbortSignal.any([signal, cancelling.signal]))
    cost.add(answer)
    store = answer.data?.location
    trouble.replaceChildren(failures(answer.errors) ?? (store && !store.traffic ? uncounted() : ''))
    bar.end(answer.data && !store ? 'This store is not known here.' : undefined)
  } catch (error) {
    if (signal.aborted) return
    if (!cancelling.signal.aborted) throw error
    bar.end('Cancelled.')
  }
  if (!store) return
  title.textContent = store.name ?? id
  document.title = `${store.name ?? id} – Isotherm`
  const [series] = store.traffic ?? []
  const compared = comparedText(period)
  const isChosen = period.against === 'days'
  subtitle.textContent = [
    rangeText(series?.range ?? store.rates?.range),
    store.timeZone,
    isChosen && `against ${compared.name}${compared.note}`,
  ]
    .filter(Boolean)
    .join(' · ')
  const { interval } = period
  charts.replaceChildren(...metricsOf(store).map(metric => metricChart(metric, interval, compared.name)))
  const metrics = (store.traffic ?? []).map((/** @type {any} */ { metric }) => metric)
  const csv = exportAddress(period, [{ id, range: series?.range }], true, { metrics })
  tools.replaceChildren(...exportLinks(csv), queryLink(question) ?? '')
  const floor = { id, timeZone: store.timeZone, period, parameters: currentPlace().parameters }
  await Promise.all([storeHours(root, { id, period }, signal), storeHeatmaps(root, floor, signal)])
}

function uncounted() {
  const words = 'Analytiks does not know this store, so nothing is known of its traffic.'
  return element('p', { class: 'quiet' }, words)
}

/**
 * @param {any} store
 * @returns {Metric[]}
 */
function metricsOf(store) {
  const { traffic, before, rates, ratesBefore } = store
  const counted = (traffic ?? []).map((/** @type {any} */ series) => {
    const earlier = before?.find((/** @type {any} */ { metric }) => metric === series.metric)
    const [title, meaning] = names[series.metric] ?? [series.metric, '']
    const isTime = series.unit === 'MILLISECONDS'
    return {
      title,
      meaning: series.reported ? meaning : `${meaning}; nothing was reported`,
      now: columnOf(series.columns?.localStarts, series.columns?.values),
      before: columnOf(earlier?.columns?.localStarts, earlier?.columns?.values),
      total: series.total,
      totalBefore: earlier?.total ?? null,
      text: isTime
        ? (/** @type {number | null} */ value) => (value === null ? wholeNumber(value) : duration(value))
        : wholeNumber,
      stepOf: isTime ? durationStep : () => 1,
      unitOf: isTime ? durationUnit : () => 1,
    }
  })
  const rate = (
    /** @type {'captureRate' | 'bounceRate'} */ name,
    /** @type {string} */ title,
    /** @type {string} */ meaning,
  ) => ({
    title,
    meaning,
    now: columnOf(rates?.localStarts, rates?.[name]),
    before: columnOf(ratesBefore?.localStarts, ratesBefore?.[name]),
    total: store[name],
    totalBefore: store[`${name}Before`],
    text: percent,
    stepOf: () => 0.001,
    unitOf: () => 1,
  })
  if (!rates) return counted
  return [
    ...counted,
    rate('captureRate', 'Capture rate', 'the share of passers-by that came in'),
    rate('bounceRate', 'Bounce rate', 'the share of those who entered that left at once'),
  ]
}

/**
 * @param {string[] | null | undefined} starts
 * @param {(number | null)[] | null | undefined} values
 */
function columnOf(starts, values) {
  return { starts: starts ?? [], values: values ?? [], from: starts?.[0] ?? null }
}

/**
 * @param {Metric} metric
 * @param {string} interval
 * @param {string} compared
 */
function metricChart(
  { title, meaning, now, before, total, totalBefore, text, stepOf, unitOf },
  interval,
  compared,
) {
  const buckets = pairedBuckets(now, before, interval)
  const startOf = (/** @type {import('./paired-buckets.js').Bucket} */ bucket) => bucketText(bucket, interval)
  const label = `${title} over time: ${text(total)} in all, ${text(totalBefore)} in ${compared}, which is dashed`
  const head = [
    element('h3', {}, title),
    element('p', { class: 'figure' }, [
      element('strong', {}, text(total)),
      element('span', {}, changeText(changeOf(total, totalBefore))),
      element('span', { class: 'quiet' }, `before ${text(totalBefore)}; ${meaning}`),
    ]),
  ]
  if (buckets.length === 0)
    return element('div', {}, head, element('p', { class: 'quiet' }, 'There is no time line.'))
  const table = () => {
    const headings = [{ name: 'Start' }, { name: title, isNumber: true }, { name: 'Before', isNumber: true }]
    const rows = buckets.map(bucket => [startOf(bucket), text(bucket.value), text(bucket.before)])
    return dataTable(`${title} by the clock of the store`, headings, rows)
  }
  return element(
    'div',
    {},
    head,
    lineChart(buckets, { label, text, stepOf, unitOf, startOf }),
    folded(`${title} as a table`, table),
  )
}
