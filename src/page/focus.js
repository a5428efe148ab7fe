/**
 * Replaces the children of an element. The focus stays if an element with the same id is there again.
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
 * Remembers the focused element and its typed text. Call the result after the page is drawn again, and once more when its data
 * has come: the element with the same id is restored, once, unless something else has the focus by then.
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
    // A final blank is not part of the question.
    if (typed.value.trim() === now.value) now.value = typed.value
    now.setSelectionRange(start, end)
  }
}

/**
 * Focuses the element with this id, if it exists and nothing else has the focus.
 *
 * @param {string} id
 */
export function refocus(id) {
  if (document.activeElement === document.body) document.getElementById(id)?.focus()
}
