const svgSpace = 'http://www.w3.org/2000/svg'

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => unknown)>} Attributes */

/**
 * An element. Texts stay text and never become markup, whatever a name contains. A function is a listener for its event; null,
 * undefined and false leave an attribute out.
 *
 * @param {string} name
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children)
}

/**
 * An SVG element, made like those of the page by `element`.
 *
 * @param {string} name
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {SVGElement}
 */
export function drawn(name, attributes = {}, ...children) {
  return filled(/** @type {SVGElement} */ (document.createElementNS(svgSpace, name)), attributes, children)
}

/**
 * @template {Element} Made
 * @param {Made} made
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
function filled(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key, value)
    else if (value !== undefined && value !== null && value !== false)
      made.setAttribute(key, value === true ? '' : String(value))
  }
  for (const child of children.flat())
    if (child !== null && child !== undefined && child !== false)
      made.append(child instanceof Node ? child : String(child))
  return made
}

/**
 * A field with its label.
 *
 * @param {string} label
 * @param {HTMLElement} field has an id
 */
export function labelled(label, field) {
  return element('div', { class: 'field' }, element('label', { for: field.id }, label), field)
}

/**
 * @param {string} id
 * @param {readonly (readonly [value: string, name: string])[]} options
 * @param {string} chosen
 * @param {(value: string) => unknown} choose
 */
export function choice(id, options, chosen, choose) {
  const items = options.map(([value, name]) => element('option', { value, selected: value === chosen }, name))
  return element('select', { id, change: event => choose(event.target.value) }, items)
}
