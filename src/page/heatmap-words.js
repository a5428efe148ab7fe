import { startText } from './local-time.js'

/** @typedef {{ id: string, type: string, localTime: string | null, role: string | null, age: string | null, gender: string | null, image: any }} FloorHeatmap */

/**
 * The types of heatmaps of a floor, with their names for people.
 *
 * @type {readonly (readonly [string, string])[]}
 */
export const kinds = [
  ['PATH', 'Paths'],
  ['LINGER', 'Lingering'],
  ['LINGER_PEOPLE_COUNT', 'People who lingered'],
  ['LINGER_AVERAGE_TIME', 'Lingering, mean time'],
  ['LINGER_ACCUMULATED_TIME', 'Lingering, time added up'],
  ['INTERACTION', 'Interactions'],
  ['ENTRY', 'Entries'],
  ['EXIT', 'Exits'],
]

/** @param {FloorHeatmap} heatmap */
export function kindOf({ type }) {
  return kinds.find(([value]) => value === type)?.[1] ?? type
}

/**
 * The time of the heatmap, and its visitors.
 *
 * @param {FloorHeatmap} heatmap
 */
export function momentOf({ localTime, role, age, gender }) {
  const who = [role, gender, age].filter(Boolean).join(', ')
  return [localTime ? startText(localTime) : 'time unknown', who].filter(Boolean).join(' · ')
}
