const days = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
})
const longDays = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})
const months = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' })
const dayLength = 86_400_000

/**
 * The wall clock of a place as a number, read as UTC, so that the browser's time zone has no influence.
 *
 * @param {string} local such as `2026-11-21T09:00:00`
 */
export function wallClock(local) {
  return Date.parse(`${local.length === 10 ? `${local}T00:00:00` : local}Z`)
}

/**
 * The start of a bucket in words.
 *
 * @param {string} local
 * @param {string} [interval]
 */
export function startText(local, interval = 'HOURLY') {
  const at = wallClock(local)
  if (interval === 'MONTHLY') return months.format(at)
  const day = days.format(at)
  return interval === 'HOURLY' || interval === 'QUARTER_HOUR' ? `${day}, ${local.slice(11, 16)}` : day
}

/**
 * A range of whole days in words, including its last day.
 *
 * @param {{ localStart: string | null, localEnd: string | null } | null | undefined} range
 */
export function rangeText(range) {
  if (!range?.localStart || !range.localEnd) return ''
  // By its day: if the clock skips midnight, the range ends at one o'clock.
  const last = longDays.format(wallClock(laterDay(range.localEnd.slice(0, 10), -1)))
  const first = longDays.format(wallClock(range.localStart))
  return first === last ? first : `${first} – ${last}`
}

/** @param {string} instant */
export function dayOfInstant(instant) {
  return longDays.format(new Date(instant))
}

/**
 * The day that many days later, as `2026-11-21`.
 *
 * @param {string} day
 * @param {number} count
 */
export function laterDay(day, count) {
  return new Date(wallClock(day) + count * dayLength).toISOString().slice(0, 10)
}

/**
 * Today in a time zone.
 *
 * @param {string} timeZone
 */
export function today(timeZone) {
  return wallAt(Date.now(), timeZone).slice(0, 10)
}

/**
 * The instant at which a day begins in a time zone: the first of two midnights, or the clock change that skips midnight.
 *
 * @param {string} day
 * @param {string} timeZone
 */
export function startOfDay(day, timeZone) {
  const wanted = wallClock(day)
  const shownAt = (/** @type {number} */ instant) => wallClock(wallAt(instant, timeZone))
  // By the clock of the day before, and by that of the day after: it may change in between.
  const midnights = [wanted - dayLength, wanted + dayLength].map(near => wanted - (shownAt(near) - near))
  const start = midnights.find(instant => shownAt(instant) === wanted) ?? midnights[0] ?? wanted
  return new Date(start).toISOString()
}

/**
 * A time zone that this browser knows; undefined for others.
 *
 * @param {string | null} timeZone
 */
export function knownZone(timeZone) {
  if (!timeZone) return undefined
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return timeZone
  } catch {
    return undefined
  }
}

/**
 * @param {number} instant
 * @param {string} timeZone
 */
function wallAt(instant, timeZone) {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  // The year 999 is printed with three digits.
  return format.format(instant).replace(' ', 'T').padStart(19, '0')
}
