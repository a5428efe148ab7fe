import { element } from './elements.js'

/** @import { GraphError } from './graph.js' */

const most = 5

/** So many of those that failed alike are named. */
const mostNamed = 3

/**
 * What failed, a sentence for each different message, with the names of what it is said of where they are given; undefined if
 * nothing did.
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
  // Each by itself, as some are written from the right.
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

/** Its code is that of other mistakes, too. @param {GraphError} error */
function wantsAccount({ message }) {
  return message.includes('isotherm-account')
}
