import type { JsonSchema, ObjectSchema } from './variable-schema.ts'

/** The bounds of an argument besides its type. */
type Bound = Range | Required<Pick<JsonSchema, 'maxItems'>> | Required<Pick<JsonSchema, 'enum'>>

type Range = Required<Pick<JsonSchema, 'minimum' | 'maximum'>>

/** By argument. */
export type Bounds = Readonly<Record<string, Bound>>

/** Scroll depths are a curve that cannot be thinned out, and have no spots. */
const spotted = { enum: ['CLICK', 'RAGE_CLICK', 'MOUSE_MOVE'] }

/** The bounds in the descriptions of shipped tools. Within them a result is short enough for a model. */
export const shippedBounds: ReadonlyMap<string, Bounds> = new Map<string, Bounds>([
  ['list_stores', { first: { minimum: 1, maximum: 50 } }],
  ['compare_stores', { stores: { maxItems: 15 } }],
  ['visits_of_stores', { first: { minimum: 1, maximum: 30 } }],
  ['heatmaps_of_store', { first: { minimum: 1, maximum: 10 } }],
  ['list_websites', { first: { minimum: 1, maximum: 30 } }],
  ['top_pages', { first: { minimum: 1, maximum: 30 } }],
  ['heat_of_page', { type: spotted, spots: { minimum: 1, maximum: 20 }, first: { minimum: 1, maximum: 4 } }],
  ['compare_heat_of_page', { type: spotted, first: { minimum: 1, maximum: 7 } }],
  ['snapshots_of_page', { first: { minimum: 1, maximum: 20 } }],
])

/** The schema of the arguments, with their bounds. */
export function withBounds(schema: ObjectSchema, bounds: Bounds): ObjectSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, form]) => [
    name,
    { ...form, ...bounds[name] },
  ])
  return { ...schema, properties: Object.fromEntries(properties) }
}

/** The sentence about the first argument outside its bounds. An argument of a wrong type is reported when the operation runs. */
export function brokenBound(given: Readonly<Record<string, unknown>>, bounds: Bounds): string | undefined {
  for (const [name, bound] of Object.entries(bounds)) {
    const value = given[name]
    if ('maxItems' in bound) {
      if (Array.isArray(value) && value.length > bound.maxItems)
        return `takes at most ${bound.maxItems} ${name}, not ${value.length}. Ask for less.`
    } else if ('enum' in bound) {
      if (typeof value === 'string' && !bound.enum.includes(value))
        return `takes only ${bound.enum.join(', ')} as ${name}.`
    } else if (value === null || (typeof value === 'number' && isBeyond(value, bound))) {
      const advice = value !== null && value > bound.maximum ? ' Ask for less.' : ''
      return `takes ${name} from ${bound.minimum} to ${bound.maximum}, not ${value}.${advice}`
    }
  }
  return undefined
}

function isBeyond(value: number, { minimum, maximum }: Range): boolean {
  return value < minimum || value > maximum
}
