import { element } from './elements.js'

/** @import { GraphError } from './graph.js' */

const most = 5

/** The most names listed behind one message. */
const mostNamed = 3

/**
 * The failures, one sentence for each different message, with the names of what failed if they are given; undefined without
 * failures.
 *
 * @param {readonly (GraphError & { of?: string })[]} errors
 */
export function failures(errors) {
  const sentences = [...Map.groupBy(errors, sentenceOf)]
  if (sentences.length === 0) return undefined
  if (errors.some(error => wantsKey(error) || wantsAccount(error)))
    document.getElementById('key-box')?.setAttribute('open', '')
  const more = sentences.length - most
  return element(
    'div',
    { class: 'failure', role: 'alert' },
    sentences
      .slice(0, most)
      .map(([sentence, alike]) => element('p', {}, sentence, namesOf(alike.flatMap(({ of }) => of ?? [])))),
    more > 0 && element('p', {}, `And ${more} more.`),
  )
}

/** @param {readonly string[]} given */
function namesOf(given) {
  const names = [...new Set(given)]
  if (names.length === 0) return []
  const more = names.length - mostNamed
  // Each name is isolated, since some are written from right to left.
  const shown = names
    .slice(0, mostNamed)
    .flatMap((name, index) => [index > 0 && ', ', element('bdi', {}, name)])
  return [' (', ...shown, more > 0 && ` and ${more} more`, ')']
}

/** @param {GraphError} error */
function sentenceOf(error) {
  const { message, extensions: { retryAfterSeconds } = {} } = error
  if (wantsKey(error)) return `${message} Type your key at the top of this page.`
  if (wantsAccount(error)) return `${message} Type your account at the top of this page.`
  return retryAfterSeconds ? `${message} Try again in ${retryAfterSeconds} s.` : message
}

/** @param {GraphError} error */
function wantsKey({ extensions }) {
  return extensions?.code === 'UNAUTHENTICATED'
}

/** Other mistakes have the same code. @param {GraphError} error */
function wantsAccount({ message }) {
  return message.includes('isotherm-account')
}
