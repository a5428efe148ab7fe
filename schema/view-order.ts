import type { ZenovayPage } from '../src/providers/zenovay/wire.ts'
import { builder } from './builder.ts'

export const ViewOrder = builder.enumType('ViewOrder', {
  description:
    'The order of pages. Equal pages are in order of most interactions; pages without a value at Zenovay come last.',
  values: {
    INTERACTIONS: { description: 'Most interactions first.' },
    INTERACTIONS_ASCENDING: { description: 'Fewest interactions first.' },
    LAST_INTERACTION: { description: 'Latest interaction first.' },
    PATH: { description: 'By path, character by character.' },
  } as const,
})

type Order = typeof ViewOrder.$inferType

/** What sorts a page, highest first and null last; undefined if the list is in order of paths. */
export function sortValueOf(order: Order): ((page: ZenovayPage) => number | null) | undefined {
  return sortValues[order]
}

const sortValues: Readonly<Record<Order, ((page: ZenovayPage) => number | null) | undefined>> = {
  INTERACTIONS: page => page.totalInteractions,
  INTERACTIONS_ASCENDING: ({ totalInteractions }) => (totalInteractions === null ? null : -totalInteractions),
  LAST_INTERACTION: ({ lastInteractionAt }) =>
    lastInteractionAt === null ? null : Date.parse(lastInteractionAt),
  PATH: undefined,
}

/** The pages, which have the most interactions first, in another order. */
export function inOrder(pages: readonly ZenovayPage[], order: Order): readonly ZenovayPage[] {
  if (order === 'INTERACTIONS') return pages
  const sortValue = sortValueOf(order)
  if (!sortValue) return pages.toSorted((one, other) => (one.path < other.path ? -1 : 1))
  const numberOf = (page: ZenovayPage) => sortValue(page) ?? Number.NEGATIVE_INFINITY
  return pages.toSorted((one, other) => {
    const [first, second] = [numberOf(one), numberOf(other)]
    return first === second ? 0 : second - first
  })
}
