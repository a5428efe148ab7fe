import { change } from './address.js'
import { Cost } from './cost.js'
import { dataTable, folded } from './data-table.js'
import { element, labelled } from './elements.js'
import { exportAddress, mostNamed } from './export-address.js'
import { failures } from './failures.js'
import { ask } from './graph.js'
import { rangeText } from './local-time.js'
import { wholeNumber } from './numbers.js'
import { bucketKey, bucketText, pairedBuckets } from './paired-buckets.js'
import { exportLinks, panel, progress, queryLink } from './panel.js'
import { nothingKnown, partsOf } from './parts.js'
import { comparedText, periodFields, periodOf, rangesOf } from './period.js'
import { exportedRange, rangesOfStores } from './store-ranges.js'
import { StoresTable } from './stores-table.js'

/**
 * @import { Bucket } from './paired-buckets.js'
 * @import { Row } from './stores-table.js'
 */

/** A table with more cells is too long to read. */
const mostCells = 20_000

/**
 * The stores with their visits, their trend and the earlier period; loaded part by part.
 *
 * @param {HTMLElement} root
 * @param {URLSearchParams} parameters
 * @param {AbortSignal} signal
 */
export async function showStores(root, parameters, signal) {
  const period = periodOf(parameters)
  const search = parameters.get('search') ?? ''
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
  const stores = new StoresTable(parameters, compared.name)
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
    return { ...answer, errors: withNames(answer) }
  }
  try {
    for await (const part of partsOf(question, 'locations', askPart)) {
      known = part
      const added = part.added.map(node => rowOf(node, period.interval))
      rows.push(...added)
      bar.report(rows.length, known.total)
      trouble.replaceChildren(failures(known.errors) ?? '')
      if (rows.length > 0) {
        const days = stores.add(added, known.total)
        subtitle.textContent = days && `${days}, against ${compared.name}${compared.note}`
        if (!stores.box.isConnected) table.append(stores.box)
      } else if (known.isWhole) table.append(element('p', { class: 'quiet' }, 'No store is found.'))
    }
    bar.end()
  } catch (error) {
    if (signal.aborted) return
    if (!cancelling.signal.aborted) throw error
    bar.end(`Cancelled: ${rows.length} of ${known.total || 'the'} stores are shown.`)
  }
  if (rows.length > 0) table.append(trendsOf(rows, period.interval))
  const areSome = search !== '' || rows.length < known.total
  const hasFailed = known.errors.length > 0
  const csv = exportAddress(period, rows, areSome, { hasFailed })
  const links = [...exportLinks(csv), queryLink(question) ?? '']
  const note = exportNote(rows, areSome, csv !== undefined && hasFailed)
  tools.replaceChildren(element('span', { class: 'quiet' }, note), ...links)
}

/**
 * The errors, each with the name of its store.
 *
 * @param {import('./graph.js').Answer} answer
 */
function withNames({ data, errors }) {
  return errors.map(error => {
    const [list, nodes, index] = error.path ?? []
    const store =
      list === 'locations' && nodes === 'nodes' ? data?.locations?.nodes?.[index ?? ''] : undefined
    return store ? { ...error, of: store.name ?? store.id } : error
  })
}

/**
 * Notes about the export of these stores.
 *
 * @param {readonly Row[]} rows
 * @param {boolean} areSome
 * @param {boolean} hasFailed
 */
function exportNote(rows, areSome, hasFailed) {
  if (areSome && rows.length > mostNamed)
    return `The CSV is of ${mostNamed} chosen stores at most, or of all: search for fewer, or for none.`
  const days = rangesOfStores(rows).isOne ? '' : `${rangeText(exportedRange(rows))} of each store`
  const notes = [days, hasFailed && 'what failed in a column of its own'].filter(Boolean).join(', ')
  return notes && `CSV and Parquet: ${notes}`
}

/**
 * Searches when the field is left, by Enter, or when it is cleared: not while somebody types, since each question may cost calls.
 *
 * @param {string} search
 */
function searchField(search) {
  const take = () => {
    const text = field.value.trim()
    if (field.isConnected && text !== search) change({ search: text })
  }
  const field = /** @type {HTMLInputElement} */ (
    element('input', {
      id: 'search',
      type: 'search',
      value: search,
      placeholder: 'Name or number',
      // Enter also ends the choice of a composed character.
      keydown: ({ key, isComposing }) => key === 'Enter' && !isComposing && take(),
      blur: take,
      // Sent by the field's clear button.
      search: take,
    })
  )
  return field
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
 * @param {string} interval
 */
function trendsOf(rows, interval) {
  return folded('The trends as a table', () => {
    const keyOf = (/** @type {Bucket} */ bucket) => bucketKey(bucket, interval)
    const buckets = new Map(rows.flatMap(row => row.buckets.map(bucket => [keyOf(bucket), bucket])))
    if (buckets.size * rows.length > mostCells)
      return element(
        'p',
        {},
        'They are too many for a table here. Take the CSV, or ask for longer intervals.',
      )
    const values = rows.map(row => new Map(row.buckets.map(bucket => [keyOf(bucket), bucket.value])))
    const headings = [{ name: 'Start' }, ...rows.map(({ name }) => ({ name, isNumber: true }))]
    const lines = [...buckets]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, bucket]) => [
        bucketText(bucket, interval),
        ...values.map(ofStore => wholeNumber(ofStore.get(key))),
      ])
    return dataTable('Visits by the clock of each store', headings, lines)
  })
}
