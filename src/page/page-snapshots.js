import { isConfirmed } from './confirmation.js'
import { Cost } from './cost.js'
import { dataTable } from './data-table.js'
import { element } from './elements.js'
import { failures } from './failures.js'
import { exchange } from './focus.js'
import { ask } from './graph.js'
import { dayOfInstant } from './local-time.js'
import { duration, nothing } from './numbers.js'
import { panel, queryLink } from './panel.js'
import { snapshotForm } from './snapshot-form.js'

/** @import { GraphError } from './graph.js' */

/** The most snapshots of one question; Datadog does not say whether there are more. */
const most = 100

/**
 * The typed text of a snapshot that is not made yet: the view of its page may be drawn again meanwhile.
 *
 * @type {{ page: string, typed: Map<string, string> }}
 */
let draft = { page: '', typed: new Map() }

/**
 * The replay snapshots of a page, newest first. Everyone may try to make and delete them; callers without the scope see its
 * refusal.
 *
 * @param {HTMLElement} root
 * @param {string} id of the page
 * @param {AbortSignal} signal
 */
export async function pageSnapshots(root, id, signal) {
  const question = { name: 'Snapshots', variables: { id } }
  const cost = new Cost()
  const trouble = element('div')
  const outcome = element('div', { role: 'status', tabindex: -1 })
  const list = element('div', {}, element('p', { role: 'status' }, 'Asking …'))
  const making = element('div')
  if (draft.page !== id) draft = { page: id, typed: new Map() }
  const { typed } = draft
  let mayWrite = true
  root.append(panel('Replay snapshots', [queryLink(question)], trouble, outcome, list, making, cost.line))
  await load()

  async function load() {
    try {
      const answer = await ask(question, signal)
      cost.add(answer)
      const view = answer.data?.view
      trouble.replaceChildren(failures(answer.errors) ?? '')
      exchange(list, listOf(view?.snapshots, answer.errors))
      if (!view?.website.datadogApplicationId || !mayWrite) making.replaceChildren()
      else if (!making.hasChildNodes()) making.append(snapshotForm(typed, described => make(view, described)))
    } catch (error) {
      // If it aborted, another view is shown now.
      if (!signal.aborted) throw error
    }
  }

  /**
   * @param {any[] | null | undefined} snapshots
   * @param {readonly GraphError[]} errors
   */
  function listOf(snapshots, errors) {
    const quiet = (/** @type {string} */ text) => element('p', { class: 'quiet' }, text)
    if (!snapshots)
      return quiet(
        errors.length > 0 ? 'They are not known at the moment.' : 'Datadog does not know this website.',
      )
    if (snapshots.length === 0) return quiet('There is none of this page.')
    const headings = [
      { name: 'Name' },
      { name: 'Device' },
      { name: 'Into the session', isNumber: true },
      { name: 'Made, in UTC' },
      ...(mayWrite ? [{ name: 'Change' }] : []),
    ]
    const rows = snapshots
      .toSorted((one, other) => (other.createdAt ?? '').localeCompare(one.createdAt ?? ''))
      .map(snapshot => [
        snapshot.name ?? snapshot.id,
        snapshot.deviceType ?? nothing,
        typeof snapshot.start === 'number' ? duration(snapshot.start) : nothing,
        snapshot.createdAt ? dayOfInstant(snapshot.createdAt) : nothing,
        ...(mayWrite ? [deleteButton(snapshot)] : []),
      ])
    const table = dataTable('The replay snapshots of the page', headings, rows)
    if (snapshots.length < most) return table
    return element(
      'div',
      {},
      table,
      quiet(`${most} are asked for; Datadog does not say whether there are more.`),
    )
  }

  /** @param {{ id: string, name: string | null }} snapshot */
  function deleteButton({ id, name }) {
    const called = name ?? id
    const remove = async () => {
      if (await isConfirmed(`Delete “${called}” at Datadog? Nobody can bring it back.`, 'Delete', signal))
        await write('DeleteSnapshot', { id }, `“${called}” was deleted.`)
    }
    return element('button', { type: 'button', 'aria-label': `Delete ${called}`, click: remove }, 'Delete …')
  }

  /**
   * @param {any} view
   * @param {Record<string, unknown>} described
   */
  function make({ name, website }, described) {
    const input = { ...described, viewName: name, applicationId: website.datadogApplicationId }
    return write('CreateSnapshot', input, `“${described.name}” was made.`)
  }

  /**
   * Sends a change, which leaving the view does not cancel. Then loads the list again, since a change may be made even if its
   * answer is lost.
   *
   * @param {string} name of the document
   * @param {Record<string, unknown>} input
   * @param {string} done
   */
  async function write(name, input, done) {
    outcome.textContent = 'Asking …'
    const answer = await ask({ name, variables: { input } }, new AbortController().signal)
    cost.add(answer)
    const refusal = answer.data?.result?.message
    const isDone = Boolean(answer.data?.result) && !refusal
    if (answer.errors.some(({ extensions }) => extensions?.code === 'FORBIDDEN')) mayWrite = false
    if (!signal.aborted) await load()
    outcome.replaceChildren(
      isDone ? done : (refusal ?? failures(answer.errors) ?? 'It is not known whether it was done.'),
    )
    outcome.focus()
    return isDone
  }
}
