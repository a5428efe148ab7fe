/**
 * @import { Answer, GraphError, Question } from './graph.js'
 * @typedef {{ nodes: any[], errors: GraphError[], total: number, isWhole: boolean }} Known what is known of a list: how many there
 * are in all, 0 until it is told; `isWhole` once its last part has come and nothing failed
 */

/** @returns {Known} */
export function nothingKnown() {
  return { nodes: [], errors: [], total: 0, isWhole: false }
}

/**
 * Reads a list part by part, and yields all known rows after each. A failed part ends it and keeps the earlier ones.
 *
 * @param {Question} question
 * @param {string} list the name of the field
 * @param {(question: Question) => Promise<Answer>} ask
 * @returns {AsyncGenerator<Known & { added: any[] }, void, void>}
 */
export async function* partsOf({ name, variables }, list, ask) {
  let known = nothingKnown()
  let after = null
  do {
    const answer = await ask({ name, variables: { ...variables, after } })
    const { nodes: added = [], pageInfo, totalCount } = answer.data?.[list] ?? {}
    const errors = [...known.errors, ...answer.errors]
    after = pageInfo?.hasNextPage ? pageInfo.endCursor : null
    const total = totalCount ?? known.total
    known = { nodes: [...known.nodes, ...added], errors, total, isWhole: !after && errors.length === 0 }
    yield { ...known, added }
  } while (after)
}
