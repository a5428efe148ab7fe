import { element } from './elements.js'
import { kindOf, momentOf } from './heatmap-words.js'

/**
 * An image with its caption, or the sentence that says why there is none. The link opens without a key; only its path is used, so
 * that it is of this origin whatever host it names.
 *
 * @param {{ link: string | null, state: string, failure: string | null, width?: number | null } | null | undefined} image
 * @param {string} description for who cannot see it
 * @param {string} caption
 */
export function imageFigure(image, description, caption) {
  const words = element('figcaption', {}, caption)
  const sentence = (/** @type {string} */ text) =>
    element('figure', {}, element('p', { role: 'status' }, text), words)
  const path = image?.link?.match(/\/(images\/[^#]*)/)?.[1]
  if (image?.state === 'RENDERING')
    return sentence('The vendor is still drawing this picture. Look again in a moment.')
  if (!image || !path) return sentence(image?.failure ?? 'There is no picture.')
  const failed = () =>
    shown.replaceWith(element('p', { role: 'status' }, 'This picture could not be loaded.'))
  const shown = element('img', { src: path, alt: description, error: failed })
  return element('figure', {}, shown, words)
}

/**
 * The image of a heatmap of a floor.
 *
 * @param {import('./heatmap-words.js').FloorHeatmap} heatmap
 */
export function heatmapFigure(heatmap) {
  const name = kindOf(heatmap)
  const moment = momentOf(heatmap)
  return imageFigure(heatmap.image, `${name} at ${moment.replace(' · ', ', ')}`, `${name} · ${moment}`)
}
