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
 * Remembers what is focused, and what is typed there. Call the result when the page is drawn anew, and again when more of it
 * came: what has the same id is as it was, once, unless something else has the focus by now.
 */
export function rememberFocus() {
  const focused = document.activeElement
  const typed = focused instanceof HTMLInputElement && focused.type === 'search' ? focused : undefined
  const [start, end] = [typed?.selectionStart ?? null, typed?.selectionEnd ?? null]
  let isBack = false
  return () => {
    if (!focused?.id || isBack) return
    refocus(focused.id)
    const now = document.activeElement
    isBack = now?.id === focused.id
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
