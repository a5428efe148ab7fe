import type { Reply } from './emulator.ts'
import { type InteractionType, interactionTypes } from './posthog-interactions.ts'

/** The parameters of the vendor's heatmaps route. Days are counted since 1970, both ends included. */
export interface HeatQuery {
  /** Undefined for a type of which there is nothing: the vendor refuses none. */
  readonly type: InteractionType | undefined
  readonly firstDay: number
  readonly lastDay: number
  readonly isPage: (url: string) => boolean
  readonly minimumWidth: number
  readonly maximumWidth: number
  readonly aggregation: 'total_count' | 'unique_visitors'
  readonly hidesOrigin: boolean
  readonly limit: number
  readonly offset: number
}

/** A project's days are those of UTC here. */
export function readHeatQuery(parameters: URLSearchParams, now: Date): HeatQuery | Reply {
  // Django takes the last of repeated parameters, and treats an empty one as absent.
  const given = (name: string) => parameters.getAll(name).at(-1) || undefined
  for (const name of ['viewport_width_min', 'viewport_width_max', 'limit', 'offset']) {
    const text = given(name) ?? '0'
    if (!/^\s*[+-]?\d+(\.0*)?\s*$/.test(text))
      return refused(name, 'invalid_input', 'A valid integer is required.')
    if (name.startsWith('viewport')) continue
    if (Number(text) > mostPoints)
      return refused(name, 'max_value', `Ensure this value is less than or equal to ${mostPoints}.`)
    if (Number(text) < 0)
      return refused(name, 'min_value', 'Ensure this value is greater than or equal to 0.')
  }
  const aggregation = given('aggregation') ?? 'total_count'
  if (aggregation !== 'total_count' && aggregation !== 'unique_visitors')
    return refused('aggregation', 'invalid_choice', `"${aggregation}" is not a valid choice.`)
  const today = Math.floor(now.getTime() / milliseconds)
  const [firstDay, lastDay] = [
    readDay(given('date_from') ?? '-7d', today),
    readDay(given('date_to') ?? '-0d', today),
  ]
  if (firstDay === undefined) return refusedDay('date_from', given('date_from'))
  if (lastDay === undefined) return refusedDay('date_to', given('date_to'))
  const isPage = pageFilter(given('url_exact'), given('url_pattern'))
  if (!isPage) return refused('url_pattern', 'invalid_input', 'Invalid regular expression.')
  return {
    type: interactionTypes.find(type => type === (given('type') ?? 'click')),
    firstDay,
    lastDay,
    isPage,
    minimumWidth: Number(given('viewport_width_min') ?? 0),
    maximumWidth: Number(given('viewport_width_max') ?? Number.POSITIVE_INFINITY),
    aggregation,
    hidesOrigin: !['false', 'False', '0'].includes(given('hide_zero_coordinates') ?? 'true'),
    limit: Number(given('limit') ?? 500),
    offset: Number(given('offset') ?? 0),
  }
}

const milliseconds = 86_400_000
const mostPoints = 1_000_000

/** If both are given and differ, the pattern counts. Undefined for a pattern that is none. */
function pageFilter(
  exact: string | undefined,
  pattern: string | undefined,
): ((url: string) => boolean) | undefined {
  if (pattern !== undefined) {
    const anchored = `${pattern.startsWith('^') ? '' : '^'}${pattern}${pattern.endsWith('$') ? '' : '$'}`
    const expression = expressionOf(anchored.replace(/(?<!\.)\*/g, '.+'))
    return expression && (url => expression.test(url))
  }
  if (exact === undefined) return () => true
  const bare = (url: string) => url.replace(/\/+$/, '')
  return url => bare(url) === bare(exact)
}

function expressionOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text)
  } catch {
    return undefined
  }
}

function readDay(text: string, today: number): number | undefined {
  const [, ago] = /^-(\d+)d$/.exec(text) ?? []
  if (ago !== undefined) return today - Number(ago)
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(time) ? undefined : time / milliseconds
}

function refusedDay(name: string, text: string | undefined): Reply {
  return refused(name, 'invalid_input', `Error parsing provided ${name}: ${text}`)
}

function refused(attr: string, code: string, detail: string): Reply {
  return { status: 400, body: { type: 'validation_error', code, detail, attr } }
}
