import { addressOf, change } from './address.js'
import { Cost } from './cost.js'
import { element } from './elements.js'
import { failures } from './failures.js'
import { ask } from './graph.js'
import { percent, wholeNumber } from './numbers.js'
import { heatFields, heatOf, heatQuestion, heatTable } from './page-heat.js'
import { panel, queryLink } from './panel.js'
import { picture } from './picture.js'

/**
 * A page of a website: its picture with heat over it.
 *
 * @param {HTMLElement} root
 * @param {URLSearchParams} parameters
 * @param {AbortSignal} signal
 */
export async function showPage(root, parameters, signal) {
  const id = parameters.get('id') ?? ''
  const cost = new Cost()
  const title = element('h1', { tabindex: -1 }, 'Page')
  const subtitle = element('p', { class: 'quiet' })
  const trouble = element('div')
  const controls = element('form', { class: 'controls', submit: event => event.preventDefault() })
  const shown = element('div')
  const tools = element('div', { class: 'tools' })
  root.append(title, subtitle, controls, panel('Heat', [tools], trouble, shown, cost.line))
  const status = (/** @type {string} */ text) => shown.replaceChildren(element('p', { role: 'status' }, text))
  status('Asking …')
  try {
    const known = await ask({ name: 'Page', variables: { id } }, signal)
    cost.add(known)
    const view = known.data?.view
    trouble.replaceChildren(failures(known.errors) ?? '')
    if (!view) return status(known.errors.length > 0 ? '' : 'This page is not known here.')
    title.textContent = view.path
    document.title = `${view.path} – Isotherm`
    const site = element(
      'a',
      { href: addressOf('websites', { website: view.website.id }) },
      view.website.name ?? 'its website',
    )
    const total = `${wholeNumber(view.totalInteractions)} interactions, ${percent(view.interactionShare)} of the website`
    subtitle.replaceChildren(`${total} · a page of `, site)
    const heatmaps = view.heatmaps ?? []
    const heat = heatOf(parameters, heatmaps)
    if (!heat)
      return status(
        view.heatmaps
          ? 'PostHog has no saved heatmap of this page.'
          : 'Its heatmaps are not known at the moment.',
      )
    controls.append(...heatFields(heat, heatmaps, change))
    const question = heatQuestion(heat)
    tools.replaceChildren(queryLink(question) ?? '')
    const answer = await ask(question, signal)
    cost.add(answer)
    trouble.replaceChildren(failures([...known.errors, ...answer.errors]) ?? '')
    const node = answer.data?.node
    const words = `${heat.typeName} on ${view.path}, windows of about ${heat.width} pixels, ${heat.from} to ${heat.through}${heat.isCompared ? ', more and less than the same number of days before' : ''}`
    shown.replaceChildren(
      element(
        'div',
        { class: 'side' },
        element(
          'div',
          { class: 'picture', tabindex: 0, role: 'region', 'aria-label': 'The picture' },
          picture(node?.image, words, words),
        ),
        heatTable(heat, node?.heat),
      ),
    )
  } catch (error) {
    // If it aborted, another view is shown by now.
    if (!signal.aborted) throw error
  }
}
