import { change } from './address.js'
import { Cost } from './cost.js'
import { choice, element, labelled } from './elements.js'
import { failures } from './failures.js'
import { ask } from './graph.js'
import { knownZone, laterDay, startText } from './local-time.js'
import { panel, queryLink } from './panel.js'
import { dayOf, daysOf, instantsOf } from './period.js'
import { picture } from './picture.js'

/** @type {readonly (readonly [string, string])[]} */
const types = [
  ['PATH', 'Paths'],
  ['LINGER', 'Lingering'],
  ['LINGER_PEOPLE_COUNT', 'People who lingered'],
  ['LINGER_AVERAGE_TIME', 'Lingering, mean time'],
  ['LINGER_ACCUMULATED_TIME', 'Lingering, time added up'],
  ['INTERACTION', 'Interactions'],
  ['ENTRY', 'Entries'],
  ['EXIT', 'Exits'],
]

const atOnce = 12

/**
 * The heatmaps of one day of a store, in the order of their times; the last day of the period by default.
 *
 * @param {HTMLElement} root
 * @param {{ id: string, timeZone: string | null, period: import('./period.js').Period, parameters: URLSearchParams }} store
 * @param {AbortSignal} signal
 */
export async function storeHeatmaps(root, { id, timeZone, period, parameters }, signal) {
  const known = knownZone(timeZone)
  const zone = known ?? 'UTC'
  const day = dayOf(parameters.get('day')) ?? laterDay(daysOf(period, zone).to, -1)
  const type = types.find(([value]) => value === parameters.get('heat'))?.[0] ?? 'PATH'
  const variables = { id, range: instantsOf(day, zone), types: [type], first: atOnce, after: null }
  const cost = new Cost()
  const trouble = element('div')
  const pictures = element('div', { class: 'pictures' })
  const more = element('p')
  const step = (/** @type {string} */ name, /** @type {number} */ count) =>
    element(
      'button',
      { type: 'button', id: `day-${count}`, click: () => change({ day: laterDay(day, count) }) },
      name,
    )
  const pick = element('input', {
    id: 'day',
    type: 'date',
    value: day,
    change: event => event.target.value && change({ day: event.target.value }),
  })
  root.append(
    panel(
      'Heatmaps of the floor',
      [queryLink({ name: 'StoreHeatmaps', variables })],
      element('div', { class: 'controls' }, [
        labelled(
          'Shows',
          choice('heat', types, type, value => change({ heat: value })),
        ),
        labelled(known ? 'Day' : 'Day in UTC, as the time zone is unknown', pick),
        step('Day before', -1),
        step('Day after', 1),
      ]),
      trouble,
      pictures,
      more,
      cost.line,
    ),
  )
  /** @param {string | null} after */
  const load = async after => {
    more.replaceChildren()
    const answer = await ask({ name: 'StoreHeatmaps', variables: { ...variables, after } }, signal)
    cost.add(answer)
    trouble.replaceChildren(failures(answer.errors) ?? '')
    const { nodes = [], pageInfo } = answer.data?.location?.heatmapConnection ?? {}
    pictures.append(...nodes.map(heatmap))
    if (pageInfo?.hasNextPage)
      more.replaceChildren(
        element('button', { type: 'button', click: () => tryToLoad(pageInfo.endCursor) }, 'Show more'),
      )
    else if (pictures.childElementCount === 0 && answer.errors.length === 0)
      pictures.append(element('p', { class: 'quiet' }, 'There is none of this day.'))
  }
  const tryToLoad = async (/** @type {string | null} */ after) => {
    try {
      await load(after)
    } catch (error) {
      // If it aborted, another view is shown by now.
      if (!signal.aborted) throw error
    }
  }
  await tryToLoad(null)
}

/** @param {any} node */
function heatmap({ type, localTime, role, age, gender, image }) {
  const name = types.find(([value]) => value === type)?.[1] ?? type
  const who = [role, gender, age].filter(Boolean).join(', ')
  const when = localTime ? startText(localTime) : 'time unknown'
  return picture(image, `${name} at ${when}${who && `, ${who}`}`, [when, who].filter(Boolean).join(' · '))
}
