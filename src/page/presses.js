/** A press that lasts longer has ended where the page does not see it. */
const longestPress = 500

let isPressed = false
/** @type {(() => void) | undefined} */
let waiting
/** @type {ReturnType<typeof setTimeout> | undefined} */
let longest

/**
 * Calls the function, at once or when the press that lasts has ended: what it presses would be gone before. Of several the last
 * one is called.
 *
 * @param {() => void} run
 */
export function onceReleased(run) {
  if (!isPressed) return run()
  if (!waiting) longest = setTimeout(release, longestPress)
  waiting = run
}

function release() {
  clearTimeout(longest)
  const run = waiting
  isPressed = false
  waiting = undefined
  run?.()
}

/** Follows presses from now on. */
export function followPresses() {
  const press = (/** @type {PointerEvent} */ { target }) => {
    // The list that it opens is not part of the page.
    isPressed = !(target instanceof HTMLSelectElement)
  }
  // A click comes right after the end of its press.
  const end = () => setTimeout(release)
  window.addEventListener('pointerdown', press, true)
  window.addEventListener('pointerup', end, true)
  window.addEventListener('pointercancel', end, true)
}
