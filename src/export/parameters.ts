import { z } from 'zod'
import { BadInput } from '../upstream/bad-input.ts'
import { daysBetween } from './days.ts'

/** Ten years, like all ranges of traffic. */
const mostDays = 3660
/** Days whose midnight lies within the years 1 to 9998 in every time zone, like all ranges of the graph. */
const [firstDay, lastDay] = ['0001-01-02', '9998-12-31']

/** The parameters of an address. Records which of them were read. */
export class Parameters {
  readonly #given: URLSearchParams
  readonly #names = new Set<string>()

  constructor(query: string) {
    this.#given = new URLSearchParams(query)
  }

  /** Each value, in its order. */
  all(name: string): readonly string[] {
    this.#names.add(name)
    return this.#given.getAll(name)
  }

  /** As `all`. Throws BadInput for an empty one: it may be an unset variable. */
  filled(name: string): readonly string[] {
    return filled(name, this.all(name))
  }

  /** As `filled`, and splits each value at its commas. */
  list(name: string): readonly string[] {
    return this.all(name).flatMap(value => {
      const parts = value.split(',').filter(text => text.trim() !== '')
      return filled(name, parts.length > 0 ? parts : [''])
    })
  }

  /** Throws BadInput for several values. */
  one(name: string): string | undefined {
    const [value, ...others] = this.all(name)
    if (others.length > 0)
      throw new BadInput(`${name} is given ${others.length + 1} times, and is one value.`)
    return value
  }

  /** Throws BadInput for anything but one of the choices, in any case. */
  choice<Choice extends string>(name: string, choices: readonly Choice[], otherwise: Choice): Choice {
    const value = this.one(name)
    if (value === undefined) return otherwise
    return chosen(name, value, choices)
  }

  /** Throws BadInput for anything but a day. */
  day(name: string): string {
    const value = this.one(name)
    const { data } = z.iso.date().safeParse(value)
    if (data !== undefined) return data
    const got = value === undefined ? 'is missing' : `cannot be ${JSON.stringify(value)}`
    throw new BadInput(`${name} ${got}: it is a day such as 2026-10-01.`)
  }

  /** Two days; the second is not part of the range. */
  days(): { readonly from: string; readonly to: string } {
    const [from, to] = [this.day('from'), this.day('to')]
    if (from < firstDay || to > lastDay) throw new BadInput('A range lies within the years 1 to 9998.')
    const days = daysBetween(from, to)
    if (days > mostDays) throw new BadInput(`A range may span at most ten years, not ${days} days.`)
    if (days > 0) return { from, to }
    throw new BadInput(
      `to is the first day after the range, so ${to} must be later than from, which is ${from}.`,
    )
  }

  /** Throws BadInput for parameters that were not read. */
  end(): void {
    const unknown = [...this.#given.keys()].find(name => !this.#names.has(name))
    if (unknown === undefined) return
    const known = [...this.#names].join(', ')
    throw new BadInput(`${JSON.stringify(unknown)} is no parameter of this export, which has ${known}.`)
  }
}

/** Throws BadInput for anything but one of the choices, in any case. */
export function chosen<Choice extends string>(
  name: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find(choice => plain(choice) === plain(value))
  if (found !== undefined) return found
  throw new BadInput(`${name} cannot be ${JSON.stringify(value)}: it is one of ${choices.join(', ')}.`)
}

function filled(name: string, values: readonly string[]): readonly string[] {
  const trimmed = values.map(text => text.trim())
  if (!trimmed.includes('')) return trimmed
  throw new BadInput(`${name} is empty: leave it out, or name one.`)
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll('_', '')
}
