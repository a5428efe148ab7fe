import { addressOf, change, note } from './address.js'
import { Cost } from './cost.js'
import { element } from './elements.js'
import { failures } from './failures.js'
import { ask } from './graph.js'
import { heatNumbers } from './heat-numbers.js'
import { imageFigure } from './image-figure.js'
import { laterDay } from './local-time.js'
import { counted, percent } from './numbers.js'
import { heatFields, heatOf, heatQuestion, spansOf } from './page-heat.js'
import { pageSnapshots } from './page-snapshots.js'
import { panel, queryLink } from './panel.js'

/**
 * A page of a website: its image with heat over it, and its replay snapshots.
 *
 * @param {HTMLElement} root
 * @param {URLSearchParams} parameters
 * @param {AbortSignal} signal
 */
export async function showPage(root, parameters, signal) {
  const id = parameters.get('id') ?? ''
  const title = element('h1', { tabindex: -1 }, 'Page')
  const subtitle = element('p', { class: 'quiet' })
  root.append(title, subtitle)
  const shown = element('div', {}, element('p', { role: 'status' }, 'Asking …'))
  root.append(shown)
  try {
    const known = await ask({ name: 'Page', variables: { id } }, signal)
    const view = known.data?.view
    shown.replaceChildren()
    if (!view) {
      const unknown = element('p', { role: 'status' }, 'This page is not known here.')
      return shown.replaceChildren(failures(known.errors) ?? unknown)
    }
    title.textContent = view.path
    document.title = `${view.path} – Isotherm`
    const site = element(
      'a',
      { href: addressOf('websites', { website: view.website.id }) },
      view.website.name ?? 'its website',
    )
    const total = `${counted(view.totalInteractions, 'interaction')}, ${percent(view.interactionShare)} of the website`
    subtitle.replaceChildren(`${total} · a page of `, site)
    await Promise.all([showHeat(shown, known, parameters, signal), pageSnapshots(root, id, signal)])
  } catch (error) {
    // If it aborted, another view is shown now.
    if (!signal.aborted) throw error
  }
}

/**
 * @param {HTMLElement} root
 * @param {import('./graph.js').Answer} known
 * @param {URLSearchParams} parameters
 * @param {AbortSignal} signal
 */
async function showHeat(root, known, parameters, signal) {
  const { path, heatmaps } = known.data.view
  const cost = new Cost()
  cost.add(known)
  const trouble = element('div', {}, failures(known.errors))
  const controls = element('form', { class: 'controls', submit: event => event.preventDefault() })
  const shown = element('div')
  const tools = element('div', { class: 'tools' })
  root.append(panel('Heat', [tools], controls, trouble, shown, cost.line))
  const status = (/** @type {string} */ text) => shown.replaceChildren(element('p', { role: 'status' }, text))
  const heat = heatOf(parameters, heatmaps ?? [])
  if (!heat) return status(withoutHeat(known))
  // The address keeps the days, so that a link shows the same days tomorrow.
  note({ from: heat.from, through: heat.through }, { isStep: true })
  controls.append(...heatFields(heat, heatmaps, change))
  const question = heatQuestion(heat)
  tools.replaceChildren(queryLink(question) ?? '')
  status('Asking …')
  const answer = await ask(question, signal)
  cost.add(answer)
  trouble.replaceChildren(failures([...known.errors, ...answer.errors]) ?? '')
  const node = answer.data?.node
  const { days, against } = spansOf(heat)
  const wordsOf = (/** @type {{ from: string, to: string }} */ { from, to }) =>
    `${heat.typeName} on ${path}, windows of about ${heat.width} pixels, ${from} to ${laterDay(to, -1)}`
  const words = heat.isCompared
    ? `${wordsOf(days)}, more and less than ${against.from} to ${laterDay(against.to, -1)}`
    : wordsOf(days)
  shown.replaceChildren(
    element(
      'div',
      { class: 'side' },
      scrolled('The picture', imageFigure(node?.image, words, words)),
      heatNumbers(heat, node),
    ),
  )
  if (!heat.isCompared) return
  const side = (/** @type {string} */ title, /** @type {any} */ image, /** @type {string} */ words) =>
    element('div', {}, element('h3', {}, title), scrolled(title, imageFigure(image, words, words)))
  shown.prepend(
    element('p', { class: 'quiet' }, 'In the first picture orange is more than before, blue is less.'),
  )
  shown.append(
    element(
      'div',
      { class: 'images large' },
      side('Before', node?.earlier, wordsOf(against)),
      side('After', node?.later, wordsOf(days)),
    ),
  )
}

/**
 * Why there is no heat. Other failures of the page do not matter here.
 *
 * @param {import('./graph.js').Answer} known
 */
function withoutHeat({ data, errors }) {
  if (data.view.heatmaps) return 'PostHog has no saved heatmap of this page.'
  const hasFailed = errors.some(({ path }) => path?.includes('heatmaps'))
  return hasFailed ? 'Its heatmaps are not known at the moment.' : 'PostHog does not know this website.'
}

/**
 * A long image in a box of its own, which the keyboard scrolls.
 *
 * @param {string} label
 * @param {HTMLElement} figure
 */
function scrolled(label, figure) {
  return element('div', { class: 'tall-image', tabindex: 0, role: 'region', 'aria-label': label }, figure)
}
