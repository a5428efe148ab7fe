import { z } from 'zod'
import type { ResponseShape } from './response-shape.ts'

/** A difference between a response and its documentation: a member that is undocumented, missing or of another type. */
export type DriftKind = 'UNKNOWN' | 'MISSING' | 'OTHER_TYPE'

export interface Difference {
  readonly kind: DriftKind
  /** The path from the response down, such as `data.pages[].url`; `{}` stands for a name that is data. */
  readonly path: string
  /** A type, never a value; null for a missing member. */
  readonly sample: string | null
}

/** A response of thousands of rows is not compared to its end. */
const mostRows = 100
const mostValues = 5000

/** The differences between JSON and its documented shape, each once. */
export function compare(shape: ResponseShape, json: unknown): readonly Difference[] {
  const comparison = new Comparison()
  comparison.look(shape, json, '')
  return comparison.differences
}

class Comparison {
  readonly #found = new Map<string, Difference>()
  #values = 0

  look(shape: ResponseShape, value: unknown, path: string): void {
    // Whether a member may be null is checked by the schema itself.
    if (value === null || value === undefined || ++this.#values > mostValues) return
    if (!fits(shape, value)) this.#note('OTHER_TYPE', path, value)
    else if (shape.kind === 'either') {
      const option = shape.options.find(one => fits(one, value))
      if (option) this.look(option, value, path)
    } else if (Array.isArray(value)) {
      if (shape.kind !== 'array') return
      for (const row of value.slice(0, mostRows)) this.look(shape.element, row, `${path}[]`)
    } else if (isObject(value)) {
      if (shape.kind === 'object') this.#lookAtMembers(shape, value, path)
      if (shape.kind !== 'map') return
      for (const one of Object.values(value).slice(0, mostRows))
        this.look(shape.value, one, joined(path, '{}'))
    }
  }

  get differences(): readonly Difference[] {
    return [...this.#found.values()]
  }

  #lookAtMembers(
    { members }: Extract<ResponseShape, { kind: 'object' }>,
    value: Readonly<Record<string, unknown>>,
    path: string,
  ): void {
    for (const [name, { shape, isOptional }] of members) {
      const at = joined(path, name)
      if (Object.hasOwn(value, name)) this.look(shape, value[name], at)
      else if (!isOptional) this.#note('MISSING', at, undefined)
    }
    for (const name of Object.keys(value)) {
      if (!members.has(name)) this.#note('UNKNOWN', joined(path, shownName(name)), value[name])
    }
  }

  #note(kind: DriftKind, path: string, value: unknown): void {
    const key = `${kind} ${path}`
    const sample = value === undefined ? null : typeOf(value)
    if (!this.#found.has(key)) this.#found.set(key, { kind, path, sample })
  }
}

/** The path of an issue of zod, and the value there. */
export function differenceOf(issue: z.core.$ZodIssue, json: unknown): Difference {
  let value = json
  let path = ''
  for (const step of issue.path) {
    path = typeof step === 'number' ? `${path}[]` : joined(path, shownName(String(step)))
    value = isObject(value) || Array.isArray(value) ? Reflect.get(value, step) : undefined
  }
  if (value === undefined) return { kind: 'MISSING', path, sample: null }
  return { kind: 'OTHER_TYPE', path, sample: typeOf(value) }
}

function fits(shape: ResponseShape, value: unknown): boolean {
  if (shape.kind === 'array') return Array.isArray(value)
  if (shape.kind === 'either') return shape.options.some(option => fits(option, value))
  if (shape.kind !== 'value') return isObject(value)
  return z.safeParse(shape.schema, value).success
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `array of ${value.length}`
  if (typeof value === 'object') return `object with ${Object.keys(value).length} members`
  return typeof value
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** A name that looks like data, such as an id, a date or an address, is not shown. */
function shownName(name: string): string {
  return /^[a-z_$][\w$-]{0,63}$/i.test(name) && !/\d{3}|[\da-f]{16}/i.test(name) ? name : '{}'
}
