import { hasKey } from './credential.js'
import { drawn, element } from './elements.js'
import { explorerAddress, openable } from './graph.js'

/** @import { Question } from './graph.js' */

/**
 * A part of a view with its heading.
 *
 * @param {string} title
 * @param {import('./elements.js').Child[]} tools beside the heading
 * @param {...(import('./elements.js').Child | import('./elements.js').Child[])} content
 */
export function panel(title, tools, ...content) {
  const id = `panel-${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`
  const head = element(
    'div',
    { class: 'head' },
    element('h2', { id }, title),
    element('div', { class: 'tools' }, tools),
  )
  return element('section', { 'aria-labelledby': id }, head, ...content)
}

/**
 * A link that opens GraphiQL with a question; undefined without GraphiQL.
 *
 * @param {Question} question
 * @param {string} [text]
 */
export function queryLink(question, text = 'Show the query') {
  if (document.body.dataset.explorer === undefined) return undefined
  return opener(text, () => explorerAddress(question))
}

/**
 * A link to an address that may need a credential. With a key its ticket is made when the link is pressed, since it lasts a
 * minute.
 *
 * @param {string} text
 * @param {() => string | Promise<string>} address
 */
export function opener(text, address) {
  const trouble = element('span', { role: 'alert' })
  const open = async (/** @type {MouseEvent} */ event) => {
    // Other buttons belong to the browser, such as the one that opens its menu.
    if (event.button > 1) return
    if (link.hasAttribute('data-ready') && !hasKey()) return
    event.preventDefault()
    trouble.textContent = ''
    try {
      const ready = await openable(await address())
      // As a browser opens a link. With an opener, the other tab would get a copy of the key.
      const isBeside = event.button === 1 || event.ctrlKey || event.metaKey || event.shiftKey
      if (isBeside) window.open(ready, '_blank', 'noopener')
      else location.assign(ready)
    } catch (error) {
      trouble.textContent = error instanceof Error ? error.message : 'That could not be opened.'
    }
  }
  const link = element('a', { href: '#', class: 'action', click: open, auxclick: open }, text)
  Promise.resolve(address()).then(
    ready => {
      link.setAttribute('href', `.${ready}`)
      link.setAttribute('data-ready', '')
    },
    () => {},
  )
  return element('span', {}, link, trouble)
}

/**
 * Links to an export in both forms; none without an address.
 *
 * @param {string | undefined} csv the address of the CSV
 */
export function exportLinks(csv) {
  if (!csv) return []
  return [opener('CSV', () => csv), opener('Parquet', () => csv.replace('.csv?', '.parquet?'))]
}

/**
 * Shows the progress of long work, and cancels it.
 *
 * @param {() => void} cancel
 */
export function progress(cancel) {
  const bar = element('progress', { 'aria-label': 'Progress' })
  const text = element('span', { role: 'status', tabindex: -1 }, 'Asking …')
  const button = element('button', { type: 'button', click: cancel }, 'Cancel')
  const line = element('div', { class: 'progress' }, bar, text, button)
  return {
    line,
    /** Focus on the status: a key that is still held down would press the button. */
    focus: () => text.focus(),
    /**
     * @param {number} done
     * @param {number} all
     */
    report(done, all) {
      bar.setAttribute('max', String(Math.max(all, 1)))
      bar.setAttribute('value', String(done))
      text.textContent = `${done} of ${all}`
    },
    /** @param {string} [sentence] */
    end(sentence) {
      const hadFocus = line.contains(document.activeElement)
      if (!sentence && !hadFocus) return line.remove()
      const last = element('p', { role: 'status', tabindex: -1 }, sentence ?? 'Done.')
      line.replaceChildren(last)
      // Otherwise the keyboard would start at the top of the page again.
      if (hadFocus) last.focus()
    },
  }
}

/**
 * A bar as long as a share, for the eye only: the number stands beside it.
 *
 * @param {number | null | undefined} share
 */
export function bar(share) {
  const width = Math.max(0, Math.min(1, share ?? 0)) * 100
  return drawn(
    'svg',
    { class: 'bar', viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    drawn('rect', { class: 'ground', width: 100, height: 8 }),
    drawn('rect', { class: 'now', width, height: 8 }),
  )
}
