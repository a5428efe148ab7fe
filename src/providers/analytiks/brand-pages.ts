import { nameOf } from '../../upstream/groups.ts'
import { callOf, type Topic } from '../../upstream/topic.ts'
import type { AnalytiksClient, Question } from './client.ts'
import { type Keep, keepTraffic } from './keep.ts'
import { type PackedTraffic, packTraffic, unpackTraffic } from './packed-traffic.ts'
import { type LocationTraffic, printSpan } from './wire.ts'

/** One page of a brand's locations in one window; the first without a cursor. */
export interface BrandPageKey extends Question {
  readonly brandId: number
  readonly cursor: string | undefined
}

export interface BrandPage {
  readonly data: readonly LocationTraffic[]
  readonly cursor: string | null
}

/** Pages of a brand, which the vendor cuts: a call each. */
export function brandPages(client: AnalytiksClient, keep: Keep): Topic<BrandPageKey, BrandPage> {
  return {
    nameOf: ({ brandId, span, step, cursor }) =>
      nameOf('brand', brandId, span.form, span.start, span.end, step, cursor),
    callsOf: keys =>
      keys.map(key => {
        const { span, step, brandId, cursor } = key
        const plan = { route: 'POST /json/v3', window: printSpan(span), interval: step, brandId }
        return callOf(key, plan, flight => client.page({ span, step }, brandId, cursor, flight))
      }),
    keepFor: ({ span }, _page, at) => keepTraffic(keep, span, at),
    pack: ({ data, cursor }): PackedPage => ({ data: data.map(packTraffic), cursor }),
    unpack: unpackPage,
  }
}

interface PackedPage {
  readonly data: readonly PackedTraffic[]
  readonly cursor: string | null
}

function unpackPage(kept: unknown): BrandPage | undefined {
  if (!isPacked(kept)) return undefined
  const data = kept.data.flatMap(one => unpackTraffic(one) ?? [])
  return data.length === kept.data.length ? { data, cursor: kept.cursor } : undefined
}

function isPacked(kept: unknown): kept is PackedPage {
  return kept instanceof Object && 'data' in kept && 'cursor' in kept && Array.isArray(kept.data)
}
