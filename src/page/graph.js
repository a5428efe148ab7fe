import { authorization, hasKey } from './credential.js'

/**
 * @typedef {{ message: string, path?: (string | number)[], extensions?: { code?: string, provider?: string, retryAfterSeconds?: number } }} GraphError
 * @typedef {{ planned: number, made: number, cached: number }} Calls
 * @typedef {{ upstream?: Record<string, Calls>, freshness?: Record<string, { ageSeconds: number, stale: boolean }>, sandbox?: string[] }} Extensions
 * @typedef {{ data: any, errors: GraphError[], extensions: Extensions }} Answer
 * @typedef {{ name: string, variables: Record<string, unknown> }} Question one document with its variables
 */

/** @type {Promise<Record<string, { id: string, text: string }>> | undefined} */
let documents

/** All documents of the page by name; loaded once, and again after a failure. */
function knownDocuments() {
  documents ??= askDocuments().catch(error => {
    documents = undefined
    throw error
  })
  return documents
}

/** @returns {Promise<Record<string, { id: string, text: string }>>} */
async function askDocuments() {
  const response = await fetch('page/documents.json')
  // The body of a failure holds no documents.
  if (!response.ok) throw new TypeError(`The documents were answered with status ${response.status}.`)
  return response.json()
}

/**
 * Asks the graph. The answer contains the failures; it rejects only if the signal aborts.
 *
 * @param {Question} question
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
export async function ask({ name, variables }, signal) {
  try {
    const documentId = (await knownDocuments())[name]?.id
    const response = await fetch('graphql', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...authorization() },
      body: JSON.stringify({ documentId, variables }),
      signal,
    })
    const { data = null, errors = [], extensions = {} } = await response.json()
    return { data, errors: errors.map(inWords), extensions }
  } catch {
    signal.throwIfAborted()
    const message = 'Isotherm did not answer. Look whether it runs, and try again.'
    return { data: null, errors: [{ message }], extensions: {} }
  }
}

/**
 * An error about the page's own documents, not about the data that they ask for.
 *
 * @param {GraphError} error
 */
function inWords(error) {
  if (error.extensions?.code !== 'PERSISTED_QUERY_NOT_FOUND') return error
  return {
    ...error,
    message: 'Isotherm has another version by now, so this page is out of date: load it again.',
  }
}

/**
 * The address of GraphiQL with a question.
 *
 * @param {Question} question
 */
export async function explorerAddress({ name, variables }) {
  const { text = '' } = (await knownDocuments())[name] ?? {}
  return `/graphql?${new URLSearchParams({ query: text, variables: JSON.stringify(variables, null, 2) })}`
}

/**
 * The address in a form that a browser may open: with a ticket, since it would not send a key. Rejects with a sentence.
 *
 * @param {string} address
 */
export async function openable(address) {
  if (!hasKey()) return `.${address}`
  const response = await fetch('ticket', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization() },
    body: JSON.stringify({ address }),
  })
  const { path, errors } = await response.json()
  if (!path) throw new Error(errors?.[0]?.message ?? 'Isotherm gave no ticket.')
  return `.${path}`
}
