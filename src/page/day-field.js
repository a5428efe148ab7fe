import { change } from './address.js'
import { element } from './elements.js'
import { laterDay } from './local-time.js'

/** How long a typed day waits before it is taken: in milliseconds since the last key. */
const pause = 1500

/**
 * A field for a day. A typed day is taken when the field is left, by Enter, or after a pause, since the browser reports every day
 * on the way to it. A picked day is taken at once.
 *
 * @param {string} id
 * @param {() => string} shown the day that is shown
 * @param {(day: string) => unknown} take
 */
export function dateField(id, shown, take) {
  let isByKey = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later
  const takeNow = () => {
    clearTimeout(later)
    const day = dayOf(field.value)
    if (day && day !== shown() && field.isConnected) take(day)
  }
  const takeLater = () => {
    clearTimeout(later)
    later = setTimeout(takeNow, pause)
  }
  const field = /** @type {HTMLInputElement} */ (
    element('input', {
      id,
      type: 'date',
      required: true,
      value: shown(),
      keydown: ({ key }) => {
        isByKey = true
        if (key === 'Enter') takeNow()
        else takeLater()
      },
      pointerdown: () => {
        isByKey = false
      },
      change: () => (isByKey ? takeLater() : takeNow()),
      blur: takeNow,
    })
  )
  return field
}

/**
 * A field for the first or last of some days.
 *
 * @param {string} name
 * @param {Record<string, string>} both the first and the last day
 * @param {Record<string, null>} [others] what changes with them
 */
export function dayField(name, both, others = {}) {
  return dateField(
    name,
    () => both[name] ?? '',
    day => change({ ...daysWith(both, name, day), ...others }),
  )
}

/**
 * The first and the last day after one of them changed. If they would change places, the other moves by the same number of days.
 *
 * @param {Record<string, string>} both
 * @param {string} name
 * @param {string} day
 */
export function daysWith(both, name, day) {
  const [first = '', last = ''] = Object.keys(both)
  const chosen = { ...both, [name]: day }
  const [from = '', through = ''] = [chosen[first], chosen[last]]
  if (from <= through) return chosen
  const length = Math.max(0, daysBetween(both[first] ?? '', both[last] ?? ''))
  return name === first
    ? { ...chosen, [last]: laterDay(day, length) }
    : { ...chosen, [first]: laterDay(day, -length) }
}

/**
 * Valid days have neighbours: they are of the years 1000 to 9998.
 *
 * @param {string | null} text
 */
export function dayOf(text) {
  if (!text || !/^[1-9]\d{3}-\d\d-\d\d$/.test(text) || text >= '9999') return undefined
  const at = Date.parse(text)
  // Some browsers turn 31 February into a day of March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text) ? text : undefined
}

/**
 * The number of days from one to another.
 *
 * @param {string} from
 * @param {string} to
 */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
}
