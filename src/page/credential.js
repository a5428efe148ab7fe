import { element, labelled } from './elements.js'

const keyName = 'isotherm:key'
const accountName = 'isotherm:account'

/**
 * The headers with the caller's key; none without a key.
 *
 * @returns {Record<string, string>}
 */
export function authorization() {
  const key = sessionStorage.getItem(keyName)
  const account = sessionStorage.getItem(accountName)
  return key ? { authorization: `Bearer ${key}`, ...(account && { 'isotherm-account': account }) } : {}
}

export function hasKey() {
  return Object.keys(authorization()).length > 0
}

/**
 * The field where a caller types a key. This tab keeps the key until it is closed.
 *
 * @param {() => void} changed
 */
export function keyBox(changed) {
  const key = field('key', 'password')
  const account = field('account', 'text')
  account.value = sessionStorage.getItem(accountName) ?? ''
  const summary = element('summary', {})
  const showState = () => {
    summary.textContent = sessionStorage.getItem(keyName) ? 'Key in use' : 'Key'
  }
  const trouble = element('p', { role: 'alert' })
  /** @param {string} used */
  const keep = used => {
    trouble.textContent = ''
    // A header can hold no other characters.
    if (![used, account.value].every(text => /^[\x20-\x7e]*$/.test(text))) {
      trouble.textContent = 'A key and an account have letters without accents, digits and signs only.'
      return
    }
    store(keyName, used)
    store(accountName, account.value.trim())
    key.value = ''
    showState()
    box.removeAttribute('open')
    summary.focus()
    changed()
  }
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault()
    // The key in use is not shown; Forget removes it.
    keep(key.value.trim() || (sessionStorage.getItem(keyName) ?? ''))
  }
  const forget = () => {
    account.value = ''
    keep('')
  }
  const box = element(
    'details',
    { class: 'key', id: 'key-box' },
    summary,
    element(
      'form',
      { submit },
      labelled('Key or token', key),
      labelled('Account, if you have several', account),
      element('div', { class: 'buttons' }, [
        element('button', { type: 'submit' }, 'Use'),
        element('button', { type: 'button', click: forget }, 'Forget'),
      ]),
      trouble,
      element('p', { class: 'quiet' }, 'Kept in this tab until it is closed.'),
    ),
  )
  showState()
  return box
}

/**
 * @param {string} id
 * @param {string} type
 */
function field(id, type) {
  const made = element('input', { id, type, autocomplete: 'off', spellcheck: 'false' })
  return /** @type {HTMLInputElement} */ (made)
}

/**
 * @param {string} name
 * @param {string} value
 */
function store(name, value) {
  if (value) sessionStorage.setItem(name, value)
  else sessionStorage.removeItem(name)
}
