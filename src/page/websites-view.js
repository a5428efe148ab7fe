import { addressOf, change, markShown, note } from './address.js'
import { Cost } from './cost.js'
import { dataTable } from './data-table.js'
import { choice, element, labelled } from './elements.js'
import { failures } from './failures.js'
import { ask } from './graph.js'
import { dayOfInstant } from './local-time.js'
import { changeOf, changeText, nothing, percent, wholeNumber } from './numbers.js'
import { trendsAtFirst, trendsOf, trendsQuestion } from './page-trends.js'
import { bar, panel, progress, queryLink } from './panel.js'
import { nothingKnown, partsOf } from './parts.js'
import { pagesFoot } from './table-feet.js'

/** @typedef {{ now: HTMLElement, before: HTMLElement, change: HTMLElement }} TrendCells what a row tells of its clicks */

/** @type {readonly (readonly [string, string])[]} */
const orders = [
  ['INTERACTIONS', 'Most interactions'],
  ['INTERACTIONS_ASCENDING', 'Fewest interactions'],
  ['LAST_INTERACTION', 'Latest interaction'],
  ['PATH', 'Path'],
]

/**
 * The pages of a website by interactions, with each one's share.
 *
 * @param {HTMLElement} root
 * @param {URLSearchParams} parameters
 * @param {AbortSignal} signal
 */
export async function showWebsites(root, parameters, signal) {
  const orderBy = orders.find(([value]) => value === parameters.get('order'))?.[0] ?? 'INTERACTIONS'
  const cost = new Cost()
  const trouble = element('div')
  const controls = element('form', { class: 'controls', submit: event => event.preventDefault() })
  const pages = element('div')
  const tools = element('div', { class: 'tools' })
  root.append(
    element('h1', { tabindex: -1 }, 'Websites and pages'),
    controls,
    panel('Pages', [tools], trouble, pages, cost.line),
  )
  try {
    const { nodes: websites, errors, isWhole } = await allWebsites(cost, signal)
    trouble.replaceChildren(failures(errors) ?? '')
    const id = parameters.get('website') ?? websites[0]?.id
    if (!id) {
      if (isWhole) pages.append(element('p', { class: 'quiet' }, 'The catalog has no website.'))
      return
    }
    // Adds an unknown website too, since the select would otherwise show another one.
    const known = websites.some(website => website.id === id) ? websites : [...websites, { id, name: id }]
    const names = known.map(({ id, name }) => /** @type {const} */ ([id, name ?? id]))
    controls.append(
      labelled(
        'Website',
        choice('website', names, id, value => change({ website: value, trend: null })),
      ),
      labelled(
        'Order',
        choice('order', orders, orderBy, value => change({ order: value })),
      ),
    )
    const question = { name: 'Pages', variables: { id, orderBy } }
    tools.replaceChildren(queryLink(question) ?? '')
    pages.replaceChildren(element('p', { role: 'status' }, 'Asking …'))
    const answer = await ask(question, signal)
    cost.add(answer)
    trouble.replaceChildren(failures([...errors, ...answer.errors]) ?? '')
    // No website has this id, as the failure says.
    if (answer.data && !answer.data.website) return pages.replaceChildren()
    const views = answer.data?.website?.views
    const { table, cells } = pagesTable(views, answer.errors.length > 0)
    pages.replaceChildren(table)
    const areAll = parameters.get('trend') === 'all'
    if (cells.size > 0) await showTrends(pages, { id, orderBy, views, areAll }, cells, cost, signal)
  } catch (error) {
    // If it aborted, another view is shown now.
    if (!signal.aborted) throw error
  }
}

/**
 * Fills in the clicks on pages: of the first pages, unless the address wants all. The table keeps its scroll position.
 *
 * @param {HTMLElement} pages
 * @param {{ id: string, orderBy: string, views: any, areAll: boolean }} website
 * @param {ReadonlyMap<string, TrendCells>} cells
 * @param {Cost} cost
 * @param {AbortSignal} signal
 */
async function showTrends(pages, { id, orderBy, views, areAll }, cells, cost, signal) {
  const question = trendsQuestion(id, orderBy)
  const clicks = element('div')
  pages.append(clicks)
  const wantAll = async () => {
    note({ trend: 'all' })
    await load(true)
    if (!signal.aborted) markShown()
  }
  await load(areAll)

  /** @param {boolean} areAll */
  async function load(areAll) {
    const cancelling = new AbortController()
    const bar = progress(() => cancelling.abort())
    const trouble = element('div')
    const hadFocus = clicks.contains(document.activeElement)
    clicks.replaceChildren(bar.line, trouble)
    if (hadFocus) bar.focus()
    try {
      const asking = AbortSignal.any([signal, cancelling.signal])
      for await (const { trends, errors, done, total } of trendsOf(
        question,
        areAll,
        answer => cost.add(answer),
        asking,
      )) {
        bar.report(done, areAll ? total : done)
        trouble.replaceChildren(failures(errors) ?? '')
        for (const [id, { now, before }] of trends) fill(cells.get(id), now, before)
      }
      bar.end()
    } catch (error) {
      // If the view's signal aborted, another view is shown now.
      if (signal.aborted) return
      if (!cancelling.signal.aborted) throw error
      bar.end('Cancelled: some clicks are missing.')
    }
    const all = `Clicks of all ${views.nodes.length} pages`
    clicks.append(
      element('div', { class: 'tools' }, [
        !areAll &&
          views.nodes.length > trendsAtFirst &&
          element('button', { type: 'button', click: wantAll }, all),
        queryLink(question, 'Show the query of the clicks'),
      ]),
    )
  }
}

/**
 * @param {TrendCells | undefined} cells
 * @param {number | null} now
 * @param {number | null} before
 */
function fill(cells, now, before) {
  cells?.now.replaceChildren(wholeNumber(now))
  cells?.before.replaceChildren(wholeNumber(before))
  cells?.change.replaceChildren(changeText(changeOf(now, before)))
}

/**
 * @param {Cost} cost
 * @param {AbortSignal} signal
 */
async function allWebsites(cost, signal) {
  let known = nothingKnown()
  const askPart = async (/** @type {import('./graph.js').Question} */ asked) => {
    const answer = await ask(asked, signal)
    cost.add(answer)
    return answer
  }
  for await (const part of partsOf({ name: 'Websites', variables: {} }, 'websites', askPart)) known = part
  return known
}

/**
 * @param {any} views
 * @param {boolean} hasFailed
 */
function pagesTable(views, hasFailed) {
  /** @type {Map<string, TrendCells>} */
  const cells = new Map()
  const quiet = (/** @type {string} */ text) => ({ table: element('p', { class: 'quiet' }, text), cells })
  if (!views)
    return quiet(hasFailed ? 'Its pages are not known at the moment.' : 'Zenovay does not know this website.')
  if (views.nodes.length === 0) return quiet('No page is known.')
  const headings = [
    { name: 'Page' },
    { name: 'Interactions', isNumber: true },
    { name: 'Share', isNumber: true },
    { name: 'Latest, in UTC' },
    { name: 'Clicks, 7 days', isNumber: true },
    { name: '7 days before', isNumber: true },
    { name: 'Change', isNumber: true },
  ]
  const rows = views.nodes.map((/** @type {any} */ view) => {
    const [now, before, change] = [
      element('span', {}, nothing),
      element('span', {}, nothing),
      element('span', {}, nothing),
    ]
    cells.set(view.id, { now, before, change })
    return [
      element('a', { href: addressOf('page', { id: view.id }) }, view.path),
      wholeNumber(view.totalInteractions),
      element('span', { class: 'share' }, bar(view.interactionShare), percent(view.interactionShare)),
      view.lastInteractionAt ? dayOfInstant(view.lastInteractionAt) : nothing,
      now,
      before,
      change,
    ]
  })
  const { foot, notes } = pagesFoot(views)
  const table = element(
    'div',
    {},
    dataTable('The pages of the website, with their interactions', headings, rows, {
      foot: [...foot, '', '', ''],
    }),
    [
      ...notes,
      'Interactions are all that Zenovay ever counted; clicks are PostHog’s, of pages with a saved heatmap there.',
    ].map(note => element('p', { class: 'quiet' }, note)),
  )
  return { table, cells }
}
