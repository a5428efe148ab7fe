/** The end of a longer press was not seen by the page. */
const longestPress = 500

let isPressed = false
/** @type {(() => void) | undefined} */
let waiting
/** @type {ReturnType<typeof setTimeout> | undefined} */
let longest

/**
 * Calls the function at once, or at the end of the current press, whose target would otherwise vanish. If there are several, only
 * the last one is called.
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
    // The list that a select opens is not part of the page.
    isPressed = !(target instanceof HTMLSelectElement)
  }
  // A click follows right after the end of its press.
  const end = () => setTimeout(release)
  window.addEventListener('pointerdown', press, true)
  window.addEventListener('pointerup', end, true)
  window.addEventListener('pointercancel', end, true)
}
