import { markShown, note } from './address.js'
import { Cost } from './cost.js'
import { dateField, dayOf } from './day-field.js'
import { choice, element, labelled } from './elements.js'
import { failures } from './failures.js'
import { ask } from './graph.js'
import { kinds, momentOf } from './heatmap-words.js'
import { heatmapFigure } from './image-figure.js'
import { knownZone, laterDay, today } from './local-time.js'
import { panel, queryLink } from './panel.js'
import { partsOf } from './parts.js'
import { daysOf, instantsOf } from './period.js'

/**
 * @import { FloorHeatmap } from './heatmap-words.js'
 * @typedef {{ id: string, timeZone: string | null, period: import('./period.js').Period, parameters: URLSearchParams }} Store
 * @typedef {{ day: string, kind: string, image: string | null, beside: string | null }} Chosen `image` and `beside` are ids: what
 * is stepped through, and what it is compared with
 */

const atOnce = 100
/** While an arrow key is held down, at most so many images are requested ahead. */
const mostSteps = 20

/**
 * The heatmaps of one day of a store, one at a time in order of their times, and another one beside it for comparison. By default
 * the last day of the period.
 *
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {AbortSignal} signal
 */
export async function storeHeatmaps(root, store, signal) {
  const heatmaps = new FloorHeatmaps(store, signal)
  root.append(heatmaps.panel)
  await heatmaps.begin()
}

class FloorHeatmaps {
  #id
  #signal
  #zone
  /** @type {Chosen} */
  #chosen
  /** @type {FloorHeatmap[]} */
  #heatmaps = []
  /** @type {FloorHeatmap | null} */
  #other = null
  #loading = new AbortController()
  #isComplete = false
  #isLoading = false
  #isUnknown = false
  #loaded = Promise.resolve()
  #steps = Promise.resolve()
  #stepsAhead = 0
  #cost = new Cost()
  #tools = element('div', { class: 'tools' })
  #trouble = element('div')
  #besideTrouble = element('div')
  #where = element('p', { role: 'status', class: 'quiet' })
  #images = element('div', { class: 'images large' })
  #pick
  #list = /** @type {HTMLSelectElement} */ (choice('picture', [], '', image => this.#look(image)))
  #compare = element('button', { type: 'button', id: 'compare', click: () => this.#pin() })

  /**
   * @param {Store} store
   * @param {AbortSignal} signal
   */
  constructor({ id, timeZone, period, parameters }, signal) {
    const known = knownZone(timeZone)
    this.#id = id
    this.#signal = signal
    this.#zone = known ?? 'UTC'
    this.#chosen = {
      day: dayOf(parameters.get('day')) ?? laterDay(daysOf(period, this.#zone).to, -1),
      kind: kinds.find(([value]) => value === parameters.get('heat'))?.[0] ?? 'PATH',
      image: parameters.get('picture'),
      beside: parameters.get('beside'),
    }
    this.#pick = dateField(
      'day',
      () => this.#chosen.day,
      day => this.#goTo(day),
    )
    const label = 'The picture; arrow keys show the previous and the next'
    const keys = { tabindex: 0, keydown: (/** @type {KeyboardEvent} */ event) => this.#press(event) }
    const attributes = { ...keys, role: 'group', 'aria-label': label }
    const shown = element('div', attributes, this.#besideTrouble, this.#images)
    const controls = this.#controls(known ? 'Day' : 'Day in UTC, as the time zone is unknown')
    const content = [...controls, this.#trouble, this.#where, shown, this.#cost.line]
    this.panel = panel('Heatmaps of the floor', [this.#tools], content)
  }

  async begin() {
    this.#loaded = this.#load()
    await Promise.all([this.#loaded, this.#loadOther()])
    this.#isComplete = true
  }

  /** @param {string} dayLabel */
  #controls(dayLabel) {
    const kindField = choice('heat', kinds, this.#chosen.kind, kind => this.#reload({ kind, image: null }))
    const row = (/** @type {import('./elements.js').Child[]} */ ...fields) =>
      element('div', { class: 'controls' }, fields)
    const button = (
      /** @type {string} */ id,
      /** @type {string} */ name,
      /** @type {() => unknown} */ click,
    ) => element('button', { type: 'button', id, click }, name)
    return [
      row(
        labelled('Shows', kindField),
        labelled(dayLabel, this.#pick),
        button('day--1', 'Day before', () => this.#goTo(laterDay(this.#chosen.day, -1))),
        button('day-1', 'Day after', () => this.#stepDay(1)),
      ),
      row(
        labelled('Picture', this.#list),
        button('step--1', 'Previous', () => this.#step(-1)),
        button('step-1', 'Next', () => this.#step(1)),
        this.#compare,
      ),
    ]
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (by) event.preventDefault()
    if (by) this.#step(by)
  }

  /**
   * One after the other: the next image is known when the day of the last step is loaded.
   *
   * @param {number} by
   */
  #step(by) {
    if (this.#stepsAhead === mostSteps) return
    this.#stepsAhead++
    this.#steps = this.#steps.then(() => this.#stepNow(by)).finally(() => this.#stepsAhead--)
  }

  /** @param {number} by */
  async #stepNow(by) {
    if (this.#signal.aborted) return
    const next = this.#heatmaps[this.#index + by]
    if (next) this.#look(next.id)
    else await this.#stepDay(by)
  }

  /** @param {number} by */
  async #stepDay(by) {
    const { day } = this.#chosen
    if (by < 0 || day < today(this.#zone)) return this.#goTo(laterDay(day, by), by)
    this.#where.textContent = 'Nothing is known after today.'
  }

  /**
   * Another day, starting with its first image, or backwards with its last.
   *
   * @param {string} day
   * @param {number} [by]
   */
  #goTo(day, by = 1) {
    return this.#reload({ day, image: null }, by)
  }

  /** @param {string} image */
  #look(image) {
    this.#chosen = { ...this.#chosen, image }
    this.#noteChosen({ isStep: true })
    this.#show()
  }

  /** Keeps what is shown for comparison with others, or stops comparing. */
  async #pin() {
    // The image to compare is known when its day is loaded.
    if (!this.#chosen.beside) await this.#steps
    while (!this.#chosen.beside && this.#isLoading && !this.#signal.aborted) await this.#loaded
    if (this.#signal.aborted) return
    this.#other = this.#chosen.beside ? null : (this.#heatmaps[this.#index] ?? null)
    this.#chosen = { ...this.#chosen, beside: this.#other?.id ?? null }
    this.#besideTrouble.replaceChildren()
    this.#noteChosen()
    this.#show()
  }

  /**
   * With the day, so that the image is found in its list tomorrow. Addresses call the image `picture`, as the page does.
   *
   * @param {{ isStep?: boolean }} [options]
   */
  #noteChosen(options) {
    const { day, kind, image, beside } = this.#chosen
    note({ day, heat: kind, picture: image, beside }, options)
  }

  /**
   * @param {Partial<Chosen>} changes
   * @param {number} [by]
   */
  async #reload(changes, by) {
    this.#chosen = { ...this.#chosen, ...changes }
    note({ day: this.#chosen.day, heat: this.#chosen.kind, picture: null })
    this.#loaded = this.#load(by)
    await this.#loaded
  }

  /** @param {number} [by] */
  async #load(by = 1) {
    this.#loading.abort()
    this.#loading = new AbortController()
    const { day, kind } = this.#chosen
    const range = instantsOf(day, this.#zone)
    const variables = { id: this.#id, range, types: [kind], first: atOnce, after: null }
    const question = { name: 'StoreHeatmaps', variables }
    this.#tools.replaceChildren(queryLink(question) ?? '')
    this.#pick.value = day
    this.#heatmaps = []
    this.#isLoading = true
    this.#where.textContent = 'Asking …'
    const isRead = await this.#read(question, AbortSignal.any([this.#signal, this.#loading.signal]))
    if (!isRead) return
    this.#isLoading = false
    if (this.#index < 0)
      this.#chosen = { ...this.#chosen, image: this.#heatmaps.at(by < 0 ? -1 : 0)?.id ?? null }
    if (by < 0) this.#noteChosen({ isStep: true })
    this.#show()
  }

  /**
   * False if something else is shown by now.
   *
   * @param {import('./graph.js').Question} question
   * @param {AbortSignal} signal
   */
  async #read(question, signal) {
    const askPart = async (/** @type {import('./graph.js').Question} */ asked) => {
      const answer = await ask(asked, signal)
      this.#cost.add(answer)
      const connection = answer.data?.location?.heatmapConnection
      this.#isUnknown = !connection && answer.errors.length === 0
      return { ...answer, data: { heatmaps: connection } }
    }
    try {
      for await (const { nodes, errors } of partsOf(question, 'heatmaps', askPart)) {
        this.#heatmaps = nodes
        this.#trouble.replaceChildren(failures(errors) ?? '')
      }
      return true
    } catch (error) {
      if (!signal.aborted) throw error
      return false
    }
  }

  async #loadOther() {
    const { beside } = this.#chosen
    if (!beside) return
    try {
      const answer = await ask({ name: 'StoreHeatmap', variables: { id: beside } }, this.#signal)
      this.#cost.add(answer)
      if (this.#chosen.beside !== beside) return
      this.#other = answer.data?.node ?? null
      const unknown = failures(answer.errors) ?? 'The other picture is not known here.'
      if (!this.#other) this.#besideTrouble.replaceChildren(unknown)
      this.#show()
    } catch (error) {
      if (!this.#signal.aborted) throw error
    }
  }

  /** -1 if the chosen image is not among those of the day. */
  get #index() {
    return this.#heatmaps.findIndex(({ id }) => id === this.#chosen.image)
  }

  #show() {
    const heatmap = this.#heatmaps[this.#index]
    const options = this.#heatmaps.map(each =>
      element('option', { value: each.id, selected: each === heatmap }, momentOf(each)),
    )
    this.#list.replaceChildren(...options)
    this.#compare.textContent = this.#chosen.beside ? 'Stop comparing' : 'Compare with this'
    const unknown = this.#isUnknown ? 'Aura Vision does not know this store.' : 'There is none of this day.'
    const none = this.#trouble.textContent ? '' : unknown
    const count = `Picture ${this.#index + 1} of ${this.#heatmaps.length} of this day`
    this.#where.textContent = this.#isLoading ? 'Asking …' : heatmap ? count : none
    const figures = [this.#other, heatmap].flatMap(shown => (shown ? [heatmapFigure(shown)] : []))
    this.#images.replaceChildren(...figures)
    // Until then the view is not complete.
    if (this.#isComplete) markShown()
  }
}
