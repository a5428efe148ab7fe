import { element } from './elements.js'

/**
 * Asks for confirmation before something that cannot be undone. Escape means no, and so does leaving the view; the focus goes
 * back to where it was.
 *
 * @param {string} question
 * @param {string} yes what is done
 * @param {AbortSignal} signal of the view
 * @returns {Promise<boolean>}
 */
export function isConfirmed(question, yes, signal) {
  const { promise, resolve } = Promise.withResolvers()
  const dialog = /** @type {HTMLDialogElement} */ (
    element(
      'dialog',
      {
        'aria-labelledby': 'question',
        close: () => {
          dialog.remove()
          resolve(dialog.returnValue === 'yes')
        },
      },
      element('p', { id: 'question' }, question),
      element('div', { class: 'buttons' }, [
        element('button', { type: 'button', autofocus: true, click: () => dialog.close('no') }, 'Keep it'),
        element('button', { type: 'button', click: () => dialog.close('yes') }, yes),
      ]),
    )
  )
  signal.addEventListener('abort', () => dialog.close('no'))
  document.body.append(dialog)
  dialog.showModal()
  return promise
}
