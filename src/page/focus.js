/**
 * Puts others in place of what an element holds. The focus stays where it was, if an element with that id is there again.
 *
 * @param {Element} holder
 * @param {...(Node | string)} children
 */
export function exchange(holder, ...children) {
  const focused = holder.contains(document.activeElement) ? document.activeElement?.id : undefined
  holder.replaceChildren(...children)
  if (focused) refocus(focused)
}

/**
 * Remembers what is focused, and what is typed there. Call the result once the page is drawn anew: what has the same id is as
 * it was, unless something else has the focus by now.
 */
export function rememberFocus() {
  const focused = document.activeElement
  const typed = focused instanceof HTMLInputElement && focused.type === 'search' ? focused : undefined
  const [start, end] = [typed?.selectionStart ?? null, typed?.selectionEnd ?? null]
  return () => {
    if (!focused?.id) return
    refocus(focused.id)
    const now = document.activeElement
    if (!typed || now === typed || !(now instanceof HTMLInputElement) || now.id !== typed.id) return
    // A blank at its end is not part of what was asked.
    if (typed.value.trim() === now.value) now.value = typed.value
    now.setSelectionRange(start, end)
  }
}

/**
 * Focuses the element of this id, if there is one, unless something else has the focus by now.
 *
 * @param {string} id
 */
export function refocus(id) {
  if (document.activeElement === document.body) document.getElementById(id)?.focus()
}
