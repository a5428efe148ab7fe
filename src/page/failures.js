import { element } from './elements.js'

/** @import { GraphError } from './graph.js' */

const most = 5

/**
 * What failed, a sentence for each different message; undefined if nothing did.
 *
 * @param {readonly GraphError[]} errors
 */
export function failures(errors) {
  const sentences = [...new Set(errors.map(sentenceOf))]
  if (sentences.length === 0) return undefined
  if (errors.some(error => wantsKey(error) || wantsAccount(error)))
    document.getElementById('key-box')?.setAttribute('open', '')
  const more = sentences.length - most
  return element(
    'div',
    { class: 'failure', role: 'alert' },
    sentences.slice(0, most).map(sentence => element('p', {}, sentence)),
    more > 0 && element('p', {}, `And ${more} more.`),
  )
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
