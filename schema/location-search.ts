import type { Location as LocationRecord } from '../src/catalog/catalog.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'

const LocationOrder = builder.enumType('LocationOrder', {
  description:
    'The order of locations. Names are ordered as people read them: regardless of case and accents, and 9 before 10. Equal locations stay in the order of the catalog; those without a value come last.',
  values: {
    CATALOG: { description: 'As the catalog lists them.' },
    NAME: { description: 'By name, from A.' },
    NAME_DESCENDING: { description: 'By name, to A.' },
    REFERENCE_NUMBER: { description: "By the brand's own number, the lowest first." },
    REFERENCE_NUMBER_DESCENDING: { description: "By the brand's own number, the highest first." },
  } as const,
})

type Order = typeof LocationOrder.$inferType

const longestSearch = 200

export const searchArguments = builder.args(t => ({
  search: t.string({
    description: `Only locations whose name or reference number holds each of these words, or parts of words; case and accents do not matter. At most ${longestSearch} characters. A blank text is no search.`,
  }),
  brandId: t.int({
    description:
      "Only locations of this brand at Analytiks, as the catalog says it. It does not say the brand of a location that it maps by Analytiks' id only.",
  }),
  orderBy: t.field({ type: LocationOrder, defaultValue: 'CATALOG', description: 'The order of the list.' }),
}))

/** The parsed values of `searchArguments`. */
export interface SearchArguments {
  readonly search?: string | null | undefined
  readonly brandId?: number | null | undefined
  readonly orderBy?: Order | null | undefined
}

/** The locations that match, and a name that differs between lists of different arguments. */
export function searchLocations(
  all: readonly LocationRecord[],
  { search, brandId, orderBy }: SearchArguments,
): { readonly locations: readonly LocationRecord[]; readonly name: string } {
  if (search != null && search.length > longestSearch)
    throw new BadInput(`search has at most ${longestSearch} characters, not ${search.length}.`)
  const words = folded(search ?? '')
    .split(/\s+/)
    .filter(Boolean)
  const ordered = inOrder(all, orderBy ?? 'CATALOG')
  // Marks without a letter are no word, and no blank either.
  if (words.length === 0 && search?.trim())
    return { locations: [], name: nameOf(orderBy, [brandId ?? '', '']) }
  if (words.length === 0 && brandId == null) return { locations: ordered, name: nameOf(orderBy, []) }
  const locations = ordered.filter(
    location =>
      (brandId == null || location.brandId === brandId) &&
      words.every(word => textOf(location).includes(word)),
  )
  return { locations, name: nameOf(orderBy, [brandId ?? '', ...words]) }
}

function nameOf(order: Order | null | undefined, narrowing: readonly (string | number)[]): string {
  return order == null || order === 'CATALOG'
    ? ['locations', ...narrowing].join('\n')
    : ['locations', order, ...narrowing].join('\n')
}

const texts = new WeakMap<LocationRecord, string>()

/** The text that is searched; folded once for each location of a catalog. */
function textOf(location: LocationRecord): string {
  const { name, referenceNumber } = location
  return texts.getOrInsertComputed(location, () => folded(`${name ?? ''}\n${referenceNumber ?? ''}`))
}

/** Without case, accents and forms of one character. */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[øłđðħŧıæœßþς]/g, letter => plainLetters[letter] ?? letter)
}

/** Letters that Unicode normalization does not split into letter and accent. */
const plainLetters: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  ß: 'ss',
  þ: 'th',
  ς: 'σ',
}

const orders = new WeakMap<readonly LocationRecord[], Map<Order, readonly LocationRecord[]>>()

/** Ordered once for each catalog. */
function inOrder(all: readonly LocationRecord[], order: Order): readonly LocationRecord[] {
  if (order === 'CATALOG') return all
  const known = orders.getOrInsertComputed(all, () => new Map())
  return known.getOrInsertComputed(order, () => all.toSorted(comparisons[order]))
}

type Comparison = (one: LocationRecord, other: LocationRecord) => number

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

const comparisons: Readonly<Record<Exclude<Order, 'CATALOG'>, Comparison>> = {
  NAME: by(({ name }) => name, 1),
  NAME_DESCENDING: by(({ name }) => name, -1),
  REFERENCE_NUMBER: by(({ referenceNumber }) => referenceNumber, 1),
  REFERENCE_NUMBER_DESCENDING: by(({ referenceNumber }) => referenceNumber, -1),
}

function by(read: (location: LocationRecord) => string | null, direction: 1 | -1): Comparison {
  return (one, other) => {
    const [first, second] = [read(one), read(other)]
    if (first === null || second === null) return Number(first === null) - Number(second === null)
    return direction * collator.compare(first, second)
  }
}
