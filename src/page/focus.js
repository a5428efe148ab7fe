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
 * Focuses the element of this id, if there is one, unless something else has the focus by now.
 *
 * @param {string} id
 */
export function refocus(id) {
  if (document.activeElement === document.body) document.getElementById(id)?.focus()
}
