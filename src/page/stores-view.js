import { addressOf, change, sharedParameters } from './address.js'
import { Cost } from './cost.js'
import { dataTable, folded } from './data-table.js'
import { element, labelled } from './elements.js'
import { exportAddress } from './export-address.js'
import { failures } from './failures.js'
import { exchange } from './focus.js'
import { ask } from './graph.js'
import { sparkline } from './line-chart.js'
import { rangeText, startText } from './local-time.js'
import { changeOf, changeText, nothing, wholeNumber } from './numbers.js'
import { pairedBuckets } from './paired-buckets.js'
import { exportLinks, panel, progress, queryLink } from './panel.js'
import { nothingKnown, partsOf } from './parts.js'
import { comparedText, periodFields, periodOf, rangesOf } from './period.js'
import { storesFoot } from './table-feet.js'

/**
 * @import { Bucket } from './paired-buckets.js'
 * @typedef {{ id: string, name: string, visits: number | null, before: number | null, buckets: Bucket[], range: any }} Row
 */

/** A table of more cells is too long to be looked at. */
const mostCells = 20_000

/**
 * The stores with their visits, their trend and the period before; asked part by part.
 *
 * @param {HTMLElement} root
 * @param {URLSearchParams} parameters
 * @param {AbortSignal} signal
 */
export async function showStores(root, parameters, signal) {
  const period = periodOf(parameters)
  const search = parameters.get('search') ?? ''
  const order = parameters.get('sort') ?? ''
  const compared = comparedText(period)
  const question = {
    name: 'Stores',
    variables: {
      search: search || null,
      ...rangesOf(period),
      first: period.interval === 'HOURLY' ? 10 : 50,
      after: null,
    },
  }
  const cancelling = new AbortController()
  const asking = AbortSignal.any([signal, cancelling.signal])
  const bar = progress(() => cancelling.abort())
  const cost = new Cost()
  const trouble = element('div')
  const table = element('div')
  const tools = element('div', { class: 'tools' })
  const subtitle = element('p', { class: 'quiet' })
  const content = panel('Visits', [tools], bar.line, trouble, table, cost.line)
  root.append(
    element('h1', { tabindex: -1 }, 'Stores'),
    subtitle,
    element('form', { class: 'controls', role: 'search', submit: event => event.preventDefault() }, [
      labelled('Search', searchField(search)),
      ...periodFields(period),
    ]),
    content,
  )

  /** @type {Row[]} */
  const rows = []
  let known = nothingKnown()
  const askPart = async (/** @type {import('./graph.js').Question} */ asked) => {
    const answer = await ask(asked, asking)
    cost.add(answer)
    return answer
  }
  const show = () => exchange(table, storesTable(rows, known, parameters, { order, compared: compared.name }))
  try {
    for await (const part of partsOf(question, 'locations', askPart)) {
      known = part
      rows.push(...part.added.map(node => rowOf(node, period.interval)))
      bar.tell(rows.length, known.total)
      trouble.replaceChildren(failures(known.errors) ?? '')
      const shownRange = rangeText(rows.find(({ range }) => range)?.range)
      subtitle.textContent = shownRange && `${shownRange}, against ${compared.name}${compared.note}`
      show()
    }
    bar.end()
  } catch (error) {
    if (signal.aborted) return
    if (!cancelling.signal.aborted) throw error
    bar.end(`Cancelled: ${rows.length} of ${known.total || 'the'} stores are shown.`)
    show()
  }
  if (rows.length > 0) table.append(trendsOf(rows, period.interval))
  const csv = exportAddress(period, rows, search !== '' || rows.length < known.total)
  tools.replaceChildren(...exportLinks(csv), queryLink(question) ?? '')
}

/** @param {string} search */
function searchField(search) {
  return element('input', {
    id: 'search',
    type: 'search',
    value: search,
    placeholder: 'Name or number',
    change: event => change({ search: event.target.value.trim() }),
  })
}

/**
 * @param {any} node
 * @param {string} interval
 * @returns {Row}
 */
function rowOf({ id, name, traffic, before }, interval) {
  const [now] = traffic ?? []
  const [earlier] = before ?? []
  const column = (/** @type {any} */ series) => ({
    starts: series?.columns?.localStarts ?? [],
    values: series?.columns?.values ?? [],
    from: series?.columns?.localStarts?.[0] ?? null,
  })
  return {
    id,
    name: name ?? id,
    visits: now?.total ?? null,
    before: earlier?.total ?? null,
    buckets: pairedBuckets(column(now), column(earlier), interval),
    range: now?.range,
  }
}

/**
 * @param {readonly Row[]} rows
 * @param {import('./parts.js').Known} known
 * @param {URLSearchParams} parameters
 * @param {{ order: string, compared: string }} options
 */
function storesTable(rows, { total, isWhole }, parameters, { order, compared }) {
  if (rows.length === 0) return isWhole ? element('p', { class: 'quiet' }, 'No store is found.') : ''
  const headings = [
    { name: 'Store', sort: 'name' },
    { name: 'Visits', sort: 'visits', isNumber: true },
    { name: 'Before', sort: 'before', isNumber: true },
    { name: 'Change', sort: 'change', isNumber: true },
    { name: 'Trend' },
  ]
  const lines = ordered(rows, order).map(({ id, name, visits, before, buckets }) => [
    element('a', { href: addressOf('store', { id, ...sharedParameters(parameters) }) }, name),
    wholeNumber(visits),
    wholeNumber(before),
    changeText(changeOf(visits, before)),
    buckets.length > 0 ? sparkline(buckets, trendText(name, buckets, compared)) : nothing,
  ])
  const sortBy = (/** @type {string} */ sort) => change({ sort })
  return dataTable(`Visits of each store, and of ${compared}`, headings, lines, {
    foot: storesFoot(rows, total),
    order,
    sortBy,
  })
}

/**
 * By a column; without a number last.
 *
 * @param {readonly Row[]} rows
 * @param {string} order
 */
function ordered(rows, order) {
  const by = order.replace(/^-/, '')
  const sign = order.startsWith('-') ? -1 : 1
  if (by === 'name') return rows.toSorted((one, other) => sign * one.name.localeCompare(other.name))
  const numberOf = (/** @type {Row} */ row) =>
    by === 'change'
      ? changeOf(row.visits, row.before)
      : by === 'before'
        ? row.before
        : by === 'visits'
          ? row.visits
          : 0
  return rows.toSorted((one, other) => {
    const [a, b] = [numberOf(one), numberOf(other)]
    if (a === null || a === undefined || b === null || b === undefined)
      return Number(a === null || a === undefined) - Number(b === null || b === undefined)
    return sign * (a - b)
  })
}

/**
 * @param {string} name
 * @param {readonly Bucket[]} buckets
 * @param {string} compared
 */
function trendText(name, buckets, compared) {
  const values = buckets.flatMap(({ value }) => value ?? [])
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = values.reduce((most, value) => Math.max(most, value), 0)
  if (values.length === 0) return `Visits of ${name}: nothing reported`
  return `Visits of ${name}: between ${wholeNumber(low)} and ${wholeNumber(high)}; ${compared} is dashed`
}

/**
 * @param {readonly Row[]} rows
 * @param {string} interval
 */
function trendsOf(rows, interval) {
  return folded('The trends as a table', () => {
    const starts = [...new Set(rows.flatMap(({ buckets }) => buckets.map(({ start }) => start)))].sort()
    if (starts.length * rows.length > mostCells)
      return element(
        'p',
        {},
        'They are too many for a table here. Take the CSV, or ask for longer intervals.',
      )
    const byStart = rows.map(({ buckets }) => new Map(buckets.map(bucket => [bucket.start, bucket.value])))
    const headings = [{ name: 'Start' }, ...rows.map(({ name }) => ({ name, isNumber: true }))]
    const lines = starts.map(start => [
      startText(start, interval),
      ...byStart.map(values => wholeNumber(values.get(start))),
    ])
    return dataTable('Visits by the clock of each store', headings, lines)
  })
}
