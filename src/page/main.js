import { addressOf, currentPlace, leave, markShown } from './address.js'
import { keyBox } from './credential.js'
import { element } from './elements.js'
import { rememberFocus } from './focus.js'
import { showPage } from './page-view.js'
import { followPresses, onceReleased } from './presses.js'
import { showStore } from './store-view.js'
import { showStores } from './stores-view.js'
import { showWebsites } from './websites-view.js'

/** @typedef {(root: HTMLElement, parameters: URLSearchParams, signal: AbortSignal) => Promise<void>} View */

/** @type {Readonly<Record<string, View>>} */
const views = { stores: showStores, store: showStore, websites: showWebsites, page: showPage }

/** @type {readonly (readonly [view: string, name: string, of: readonly string[]])[]} */
const parts = [
  ['stores', 'Stores', ['stores', 'store']],
  ['websites', 'Websites', ['websites', 'page']],
]

const main = element('main', { id: 'main', tabindex: -1 })
const links = parts.map(([view, name]) => element('a', { href: addressOf(view, {}) }, name))
let showing = new AbortController()
let shownView = ''

/** Shows the view of the address. The focus stays if its element is there again. */
async function show() {
  const { view: asked, parameters } = currentPlace()
  const view = Object.hasOwn(views, asked) ? asked : 'stores'
  const refocus = rememberFocus()
  showing.abort()
  showing = new AbortController()
  const { signal } = showing
  parts.forEach(([, , of], index) => {
    if (of.includes(view)) links[index]?.setAttribute('aria-current', 'page')
    else links[index]?.removeAttribute('aria-current')
  })
  // The scroll position stays while the same view is drawn again.
  main.style.minHeight = shownView === view ? `${main.offsetHeight}px` : ''
  leave(main)
  const shown = views[view]?.(main, parameters, signal)
  if (shownView && shownView !== view) main.querySelector('h1')?.focus()
  else refocus()
  shownView = view
  document.title = `${main.querySelector('h1')?.textContent ?? 'Isotherm'} – Isotherm`
  main.setAttribute('aria-busy', 'true')
  try {
    await shown
  } catch (error) {
    reportError(error)
    if (!signal.aborted)
      main.append(element('p', { class: 'failure', role: 'alert' }, 'This could not be shown.'))
  }
  if (signal.aborted) return
  // The focused element may have appeared only with the answers.
  refocus()
  main.style.minHeight = ''
  main.setAttribute('aria-busy', 'false')
  markShown()
}

const skip = (/** @type {Event} */ event) => {
  event.preventDefault()
  main.focus()
}

document
  .getElementById('page')
  ?.replaceChildren(
    element('a', { class: 'skip', href: '#main', click: skip }, 'Skip to the content'),
    element(
      'header',
      {},
      element('p', { class: 'brand' }, 'Isotherm'),
      element('nav', { 'aria-label': 'Views' }, links),
      keyBox(show),
    ),
    main,
  )
followPresses()
window.addEventListener('hashchange', () => onceReleased(show))
show()
