import { change } from './address.js'
import { element } from './elements.js'
import { laterDay } from './local-time.js'

/** How long a day that moves the other one has to stand, in milliseconds: who types or steps passes others on the way. */
const pause = 700

/**
 * Where the first or last of some days is chosen.
 *
 * @param {string} name
 * @param {Record<string, string>} both the first and the last day
 */
export function dayField(name, both) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later
  return element('input', {
    id: name,
    type: 'date',
    required: true,
    value: both[name] ?? '',
    change: ({ target }) => {
      clearTimeout(later)
      if (!dayOf(target.value)) return
      const days = daysWith(both, name, target.value)
      const isAlone = Object.keys(both).every(key => key === name || days[key] === both[key])
      if (isAlone) change(days)
      else later = setTimeout(() => target.isConnected && change(days), pause)
    },
  })
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
