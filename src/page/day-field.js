import { change } from './address.js'
import { element } from './elements.js'
import { laterDay } from './local-time.js'

/** How long a day stands that is typed, or stepped to, before it is taken: in milliseconds since the last key. */
const pause = 1500

/**
 * Where a day is chosen. One that is typed or stepped to is taken when the field is left, by Enter, or after a pause, since the
 * browser tells of each day on the way; one that is picked is taken at once.
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
 * Where the first or last of some days is chosen.
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
 * The first and the last day with another one of them. Where they would change places, as many days move there.
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
 * A day of the calendar that has days before and after it: of the years 1000 to 9998.
 *
 * @param {string | null} text
 */
export function dayOf(text) {
  if (!text || !/^[1-9]\d{3}-\d\d-\d\d$/.test(text) || text >= '9999') return undefined
  const at = Date.parse(text)
  // Some browsers take 31 February for a day of March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text) ? text : undefined
}

/**
 * How many days there are from one to another.
 *
 * @param {string} from
 * @param {string} to
 */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
}
