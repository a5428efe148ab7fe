import { markShown, note } from './address.js'
import { Cost } from './cost.js'
import { dateField, dayOf } from './day-field.js'
import { choice, element, labelled } from './elements.js'
import { failures } from './failures.js'
import { ask } from './graph.js'
import { kindOf, kinds, momentOf } from './heatmap-words.js'
import { imageFigure } from './image-figure.js'
import { knownZone, laterDay, today } from './local-time.js'
import { panel, queryLink } from './panel.js'
import { partsOf } from './parts.js'
import { daysOf, instantsOf } from './period.js'

/**
 * @import { FloorHeatmap } from './heatmap-words.js'
 * @typedef {{ day: string, kind: string, image: string | null, beside: string | null }} Chosen `image` and `beside` are ids: what
 * is stepped through, and what it is compared with
 */

const atOnce = 100

/** Whoever holds an arrow key down asks for no more than so many images ahead. */
const mostSteps = 20

/**
 * The heatmaps of one day of a store, one at a time in order of their times, and another one beside it for comparison. By default
 * the last day of the period.
 *
 * @param {HTMLElement} root
 * @param {{ id: string, timeZone: string | null, period: import('./period.js').Period, parameters: URLSearchParams }} store
 * @param {AbortSignal} signal
 */
export async function storeHeatmaps(root, { id, timeZone, period, parameters }, signal) {
  const known = knownZone(timeZone)
  const zone = known ?? 'UTC'
  /** @type {Chosen} */
  let chosen = {
    day: dayOf(parameters.get('day')) ?? laterDay(daysOf(period, zone).to, -1),
    kind: kinds.find(([value]) => value === parameters.get('heat'))?.[0] ?? 'PATH',
    image: parameters.get('picture'),
    beside: parameters.get('beside'),
  }
  /** @type {FloorHeatmap[]} */
  let heatmaps = []
  /** @type {FloorHeatmap | null} */
  let other = null
  let loading = new AbortController()
  let isComplete = false
  let isLoading = false
  let isUnknown = false
  let loaded = Promise.resolve()
  let steps = Promise.resolve()
  let stepsAhead = 0
  const cost = new Cost()
  const tools = element('div', { class: 'tools' })
  const trouble = element('div')
  const besideTrouble = element('div')
  const where = element('p', { role: 'status', class: 'quiet' })
  const images = element('div', { class: 'images large' })

  const pick = dateField(
    'day',
    () => chosen.day,
    day => goTo(day),
  )
  const list = /** @type {HTMLSelectElement} */ (choice('picture', [], '', value => look(value)))
  const compare = element('button', { type: 'button', id: 'compare', click: () => pin() })
  const button = (/** @type {string} */ id, /** @type {string} */ name, /** @type {() => unknown} */ click) =>
    element('button', { type: 'button', id, click }, name)
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!by) return
    event.preventDefault()
    step(by)
  }
  root.append(
    panel(
      'Heatmaps of the floor',
      [tools],
      element('div', { class: 'controls' }, [
        labelled(
          'Shows',
          choice('heat', kinds, chosen.kind, kind => reload({ kind, image: null })),
        ),
        labelled(known ? 'Day' : 'Day in UTC, as the time zone is unknown', pick),
        button('day--1', 'Day before', () => goTo(laterDay(chosen.day, -1))),
        button('day-1', 'Day after', () => stepDay(1)),
      ]),
      element('div', { class: 'controls' }, [
        labelled('Picture', list),
        button('step--1', 'Previous', () => step(-1)),
        button('step-1', 'Next', () => step(1)),
        compare,
      ]),
      trouble,
      where,
      element(
        'div',
        {
          tabindex: 0,
          role: 'group',
          'aria-label': 'The picture; arrow keys show the previous and the next',
          keydown: keys,
        },
        besideTrouble,
        images,
      ),
      cost.line,
    ),
  )
  loaded = load()
  await Promise.all([loaded, loadOther()])
  isComplete = true

  /**
   * One after the other: the next image is known when the day of the last step is loaded.
   *
   * @param {number} by
   */
  function step(by) {
    if (stepsAhead === mostSteps) return
    stepsAhead++
    steps = steps.then(() => stepNow(by)).finally(() => stepsAhead--)
  }

  /** @param {number} by */
  async function stepNow(by) {
    if (signal.aborted) return
    const next = heatmaps[heatmaps.findIndex(({ id }) => id === chosen.image) + by]
    if (next) look(next.id)
    else await stepDay(by)
  }

  /** @param {number} by */
  async function stepDay(by) {
    if (by < 0 || chosen.day < today(zone)) return goTo(laterDay(chosen.day, by), by)
    where.textContent = 'Nothing is known after today.'
  }

  /**
   * Another day from its first image, or backwards from its last.
   *
   * @param {string} day
   * @param {number} [by]
   */
  function goTo(day, by = 1) {
    return reload({ day, image: null }, by)
  }

  /** @param {string} image */
  function look(image) {
    chosen = { ...chosen, image }
    noteChosen({ isStep: true })
    show()
  }

  /** Keeps what is shown for comparison with others, or stops comparing. */
  async function pin() {
    // The image to compare is known when its day is loaded.
    if (!chosen.beside) await steps
    while (!chosen.beside && isLoading && !signal.aborted) await loaded
    if (signal.aborted) return
    other = chosen.beside ? null : (heatmaps.find(({ id }) => id === chosen.image) ?? null)
    chosen = { ...chosen, beside: other?.id ?? null }
    besideTrouble.replaceChildren()
    noteChosen()
    show()
  }

  /**
   * With the day, so that the image is found in its list tomorrow. Addresses call the image `picture`, as the page does.
   *
   * @param {{ isStep?: boolean }} [options]
   */
  function noteChosen(options) {
    note({ day: chosen.day, heat: chosen.kind, picture: chosen.image, beside: chosen.beside }, options)
  }

  /**
   * @param {Partial<Chosen>} changes
   * @param {number} [by]
   */
  async function reload(changes, by) {
    chosen = { ...chosen, ...changes }
    note({ day: chosen.day, heat: chosen.kind, picture: null })
    loaded = load(by)
    await loaded
  }

  /** @param {number} [by] */
  async function load(by = 1) {
    loading.abort()
    loading = new AbortController()
    const asking = AbortSignal.any([signal, loading.signal])
    const variables = {
      id,
      range: instantsOf(chosen.day, zone),
      types: [chosen.kind],
      first: atOnce,
      after: null,
    }
    const question = { name: 'StoreHeatmaps', variables }
    tools.replaceChildren(queryLink(question) ?? '')
    pick.value = chosen.day
    heatmaps = []
    isLoading = true
    where.textContent = 'Asking …'
    const askPart = async (/** @type {import('./graph.js').Question} */ asked) => {
      const answer = await ask(asked, asking)
      cost.add(answer)
      const connection = answer.data?.location?.heatmapConnection
      isUnknown = !connection && answer.errors.length === 0
      return { ...answer, data: { heatmaps: connection } }
    }
    try {
      for await (const { nodes, errors } of partsOf(question, 'heatmaps', askPart)) {
        heatmaps = nodes
        trouble.replaceChildren(failures(errors) ?? '')
      }
    } catch (error) {
      // If it aborted, something else is shown now.
      if (!asking.aborted) throw error
      return
    }
    isLoading = false
    if (!heatmaps.some(({ id }) => id === chosen.image))
      chosen = { ...chosen, image: heatmaps.at(by < 0 ? -1 : 0)?.id ?? null }
    if (by < 0) noteChosen({ isStep: true })
    show()
  }

  async function loadOther() {
    const { beside } = chosen
    if (!beside) return
    try {
      const answer = await ask({ name: 'StoreHeatmap', variables: { id: beside } }, signal)
      cost.add(answer)
      if (chosen.beside !== beside) return
      other = answer.data?.node ?? null
      if (!other)
        besideTrouble.replaceChildren(failures(answer.errors) ?? 'The other picture is not known here.')
      show()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  function show() {
    const index = heatmaps.findIndex(({ id }) => id === chosen.image)
    const heatmap = heatmaps[index]
    const options = heatmaps.map(heatmap =>
      element('option', { value: heatmap.id, selected: heatmap === heatmaps[index] }, momentOf(heatmap)),
    )
    list.replaceChildren(...options)
    compare.textContent = chosen.beside ? 'Stop comparing' : 'Compare with this'
    const unknown = isUnknown ? 'Aura Vision does not know this store.' : 'There is none of this day.'
    const none = trouble.textContent ? '' : unknown
    const count = heatmap ? `Picture ${index + 1} of ${heatmaps.length} of this day` : none
    where.textContent = isLoading ? 'Asking …' : count
    images.replaceChildren(...[other, heatmap].flatMap(shown => (shown ? [figureOf(shown)] : [])))
    // Until then the view is not complete.
    if (isComplete) markShown()
  }
}

/** @param {FloorHeatmap} heatmap */
function figureOf(heatmap) {
  const name = kindOf(heatmap)
  const moment = momentOf(heatmap)
  return imageFigure(heatmap.image, `${name} at ${moment.replace(' · ', ', ')}`, `${name} · ${moment}`)
}
