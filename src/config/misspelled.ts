import { providers } from '../providers.ts'
import { providerNames } from '../upstream/error.ts'
import type { Environment } from './environment.ts'
import { generalVariables } from './variables.ts'

export interface Misspelled {
  /** A variable that is set, and is no setting. */
  readonly name: string
  /** The setting that it differs from by two letters at most. */
  readonly meant: string
}

/**
 * The variables that are no settings but differ from one only in case or by up to two letters. `prefixes` are those of the
 * accounts' variables.
 */
export function misspelledVariables(
  environment: Environment,
  prefixes: readonly string[] = [],
): readonly Misspelled[] {
  const ofAccounts = prefixes.flatMap(prefix => providerVariables.map(name => prefix + name))
  const settings = new Set([...ownSettings, ...ofAccounts])
  return Object.entries(environment).flatMap(([name, value]) => {
    if (!value?.trim() || known.has(name) || settings.has(name) || foreign.test(name)) return []
    const meant = nearestSetting(name, settings)
    return meant === undefined ? [] : [{ name, meant }]
  })
}

const providerVariables = providerNames.flatMap(name => Object.keys(providers[name].variables.shape))
const known: ReadonlySet<string> = new Set([
  ...Object.keys(generalVariables.shape),
  ...providerVariables,
  // Others read it, too. Misspelled it would let made-up data be served in production.
  'NODE_ENV',
])

/** Without names that are too short and common: HOME differs from HOST by two letters. */
const ownSettings = [...known].filter(name => name !== 'HOST' && name !== 'PORT')

/** Settings of other programs, which read them in lower case too. */
const foreign = /^(https?|no|all|ftp)_proxy$/

const letters = 2

/**
 * How many first letters must be equal: none if the first word has five or more, or a setting without prefix fifteen, since few
 * other names are so similar. GH_API_KEY is no misspelled DD_API_KEY.
 */
function beginningOf(setting: string): number {
  return setting.indexOf('_') >= 5 || (setting.length >= 15 && known.has(setting)) ? 0 : 3
}

function nearestSetting(name: string, settings: Iterable<string>): string | undefined {
  const spelled = name.toUpperCase()
  const [nearest] = Array.from(settings, setting => ({ setting, right: setting.toUpperCase() }))
    .filter(
      ({ right }) =>
        spelled.startsWith(right.slice(0, beginningOf(right))) || joined(spelled) === joined(right),
    )
    .filter(({ right }) => Math.abs(right.length - spelled.length) <= letters)
    .map(({ setting, right }) => ({ setting, distance: distanceOf(spelled, right) }))
    .filter(({ distance }) => distance <= letters)
    .sort((one, other) => one.distance - other.distance)
  return nearest?.setting
}

function joined(name: string): string {
  return name.replaceAll('_', '')
}

/** How many letters have to be changed, added, left out or swapped with their neighbour. */
function distanceOf(one: string, other: string): number {
  let before: readonly number[] = []
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row++) {
    const next = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      next[column] = Math.min(
        at(last, column) + 1,
        at(next, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = last
    last = next
  }
  return at(last, other.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
