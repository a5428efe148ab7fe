import { addressOf, change } from './address.js'
import { Cost } from './cost.js'
import { dataTable } from './data-table.js'
import { choice, element, labelled } from './elements.js'
import { failures } from './failures.js'
import { ask } from './graph.js'
import { dayOfInstant } from './local-time.js'
import { nothing, percent, wholeNumber } from './numbers.js'
import { bar, panel, queryLink } from './panel.js'
import { nothingKnown, partsOf } from './parts.js'
import { pagesFoot } from './table-feet.js'

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
    const names = websites.map(({ id, name }) => /** @type {const} */ ([id, name ?? id]))
    controls.append(
      labelled(
        'Website',
        choice('website', names, id, value => change({ website: value })),
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
    pages.replaceChildren(pagesTable(answer.data?.website?.views))
  } catch (error) {
    // If it aborted, another view is shown by now.
    if (!signal.aborted) throw error
  }
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

/** @param {any} views */
function pagesTable(views) {
  if (!views) return element('p', { class: 'quiet' }, 'Its pages are not known at the moment.')
  if (views.nodes.length === 0) return element('p', { class: 'quiet' }, 'No page is known.')
  const headings = [
    { name: 'Page' },
    { name: 'Interactions', isNumber: true },
    { name: 'Share', isNumber: true },
    { name: 'Latest, in UTC' },
  ]
  const rows = views.nodes.map((/** @type {any} */ view) => [
    element('a', { href: addressOf('page', { id: view.id }) }, view.path),
    wholeNumber(view.totalInteractions),
    element('span', { class: 'share' }, bar(view.interactionShare), percent(view.interactionShare)),
    view.lastInteractionAt ? dayOfInstant(view.lastInteractionAt) : nothing,
  ])
  const { foot, notes } = pagesFoot(views)
  return element(
    'div',
    {},
    dataTable('The pages of the website, with their interactions', headings, rows, { foot }),
    notes.map(note => element('p', { class: 'quiet' }, note)),
  )
}
