import { element, labelled } from './elements.js'

const devices = ['desktop', 'mobile', 'tablet']

/**
 * The form for a replay snapshot that is to be made. The ids are those of the replay at Datadog.
 *
 * @param {Map<string, string>} typed what was typed before and is typed now, by field
 * @param {(described: Record<string, unknown>) => Promise<boolean>} make true once it is made
 */
export function snapshotForm(typed, make) {
  const field = (
    /** @type {string} */ id,
    /** @type {Record<string, string | number | boolean>} */ attributes,
  ) =>
    /** @type {HTMLInputElement} */ (
      element('input', {
        id: `snapshot-${id}`,
        autocomplete: 'off',
        spellcheck: 'false',
        ...attributes,
        value: typed.get(id) ?? attributes.value,
        input: event => typed.set(id, event.target.value),
      })
    )
  const name = field('name', { required: true })
  const device = field('device', { required: true, list: 'snapshot-devices', value: 'desktop' })
  const event = field('event', { required: true })
  const session = field('session', {})
  const view = field('view', {})
  const seconds = field('seconds', { type: 'number', required: true, min: 0, step: 0.001, value: 0 })
  const button = element('button', { type: 'submit' }, 'Make it')
  const submit = async (/** @type {Event} */ submitted) => {
    submitted.preventDefault()
    button.setAttribute('disabled', '')
    const isMade = await make({
      name: name.value.trim(),
      deviceType: device.value.trim(),
      isDeviceTypeSelectedByUser: true,
      eventId: event.value.trim(),
      sessionId: session.value.trim() || null,
      viewId: view.value.trim() || null,
      start: Math.round(Number(seconds.value) * 1000),
    })
    button.removeAttribute('disabled')
    if (!isMade) return
    name.value = ''
    typed.delete('name')
  }
  return element(
    'details',
    { open: typed.size > 0 },
    element('summary', {}, 'Make a snapshot'),
    element('form', { class: 'controls', submit }, [
      labelled('Name', name),
      labelled('Device', device),
      element(
        'datalist',
        { id: 'snapshot-devices' },
        devices.map(value => element('option', { value })),
      ),
      labelled('Event id of the replay', event),
      labelled('Session id, if known', session),
      labelled('View id, if known', view),
      labelled('Seconds into the session', seconds),
      button,
    ]),
  )
}
