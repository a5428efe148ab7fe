import { ask } from './graph.js'
import { laterDay, today } from './local-time.js'
import { partsOf } from './parts.js'

/**
 * @import { Answer, Question } from './graph.js'
 * @typedef {{ now: number | null, before: number | null }} Trend clicks of the last 7 days, and of the 7 before
 */

/** Each page with a saved heatmap costs two calls of PostHog, so only so many are asked by default. */
export const trendsAtFirst = 10

/**
 * Clicks on pages from PostHog, for pages with a saved heatmap there: by id, as far as known after each part of the list. Clicks
 * in windows of all widths count.
 *
 * @param {Question} question
 * @param {boolean} areAll or else only the first ones
 * @param {(answer: Answer) => void} cost
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<{ trends: Map<string, Trend>, errors: Answer['errors'], done: number, total: number }, void, void>}
 */
export async function* trendsOf(question, areAll, cost, signal) {
  /** @type {Map<string, Trend>} */
  const trends = new Map()
  const askPart = async (/** @type {Question} */ asked) => {
    const answer = await ask(asked, signal)
    cost(answer)
    return { ...answer, data: answer.data?.website }
  }
  for await (const { added, nodes, errors, total } of partsOf(question, 'views', askPart)) {
    for (const { id, heatmaps } of added) {
      const [heatmap] = heatmaps ?? []
      if (heatmap) trends.set(id, { now: heatmap.now?.total ?? null, before: heatmap.before?.total ?? null })
    }
    yield { trends, errors, done: nodes.length, total }
    if (!areAll) return
  }
}

/**
 * @param {string} id
 * @param {string} orderBy
 */
export function trendsQuestion(id, orderBy) {
  const to = today('UTC')
  const from = laterDay(to, -7)
  const days = { from, to }
  const before = { from: laterDay(from, -7), to: from }
  return { name: 'PageTrends', variables: { id, orderBy, days, before, first: trendsAtFirst, after: null } }
}
