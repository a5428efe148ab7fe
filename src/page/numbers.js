const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const share = new Intl.NumberFormat('en', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
})
const signed = new Intl.NumberFormat('en', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
})

/** The text for a missing number. */
export const nothing = '–'

/** @param {number | null | undefined} value */
export function wholeNumber(value) {
  return value === null || value === undefined ? nothing : whole.format(value)
}

/**
 * @param {number | null | undefined} value
 * @param {string} name of one
 */
export function counted(value, name) {
  return `${wholeNumber(value)} ${value === 1 ? name : `${name}s`}`
}

/** @param {number | null | undefined} value */
export function percent(value) {
  return value === null || value === undefined ? nothing : share.format(value)
}

/**
 * The change as a share of the earlier value.
 *
 * @param {number | null | undefined} now
 * @param {number | null | undefined} before
 */
export function changeOf(now, before) {
  if (now === null || now === undefined || !before) return undefined
  return (now - before) / before
}

/**
 * A change in words that need no colour: an arrow and a sign.
 *
 * @param {number | undefined} change
 */
export function changeText(change) {
  if (change === undefined) return nothing
  const text = signed.format(change)
  // Decided by the rounded text: a change too small for it has no sign.
  const arrow = { '+': '▲', '-': '▼' }[text.charAt(0)] ?? '='
  return `${arrow} ${text}`
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const nearest = Math.round(seconds / 60)
  return `${whole.format(Math.floor(nearest / 60))} h ${nearest % 60} min`
}

/**
 * The least difference of milliseconds that `duration` shows.
 *
 * @param {number} milliseconds
 */
export function durationStep(milliseconds) {
  return milliseconds < 3_600_000 ? 1000 : 60_000
}

/**
 * The greatest unit in which `duration` tells milliseconds.
 *
 * @param {number} milliseconds
 */
export function durationUnit(milliseconds) {
  if (milliseconds < 60_000) return 1000
  return milliseconds < 3_600_000 ? 60_000 : 3_600_000
}

/**
 * @param {number} seconds
 */
export function age(seconds) {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`
}
