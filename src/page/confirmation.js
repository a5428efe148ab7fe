import { element } from './elements.js'

/**
 * Asks before something is done that cannot be taken back. Escape means no; the focus goes back to where it was.
 *
 * @param {string} question
 * @param {string} yes what is done
 * @returns {Promise<boolean>}
 */
export function isConfirmed(question, yes) {
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
  document.body.append(dialog)
  dialog.showModal()
  return promise
}
