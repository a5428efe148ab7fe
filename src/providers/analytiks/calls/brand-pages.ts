import { z } from 'zod'
import { nameOf } from '../../../upstream/source/batch-groups.ts'
import { callPerKey, type Endpoint } from '../../../upstream/source/endpoint.ts'
import type { AnalytiksClient, Question } from '../client.ts'
import type { LocationTraffic } from '../records.ts'
import { printSpan } from '../wire.ts'
import { packTraffic, unpackTraffic } from './packed-traffic.ts'
import { type TtlSettings, trafficTtl, untilNow } from './windows.ts'

/** One page of a brand's locations in one window; the first page has no cursor. */
export interface BrandPageKey extends Question {
  readonly brandId: number
  readonly cursor: string | undefined
  readonly maximumAge?: number | undefined
}

export interface BrandPage {
  readonly data: readonly LocationTraffic[]
  readonly cursor: string | null
}

/** The pages of a brand, one call each; the vendor decides their size. */
export function brandPages(
  client: AnalytiksClient,
  ttlSettings: TtlSettings,
): Endpoint<BrandPageKey, BrandPage> {
  return callPerKey({
    nameOf: ({ brandId, span, step, cursor }) =>
      nameOf('brand', brandId, span.form, span.start, span.end, step, cursor),
    plan: ({ brandId, span, step }) => ({
      route: 'POST /json/v3',
      window: printSpan(untilNow(span, step, Date.now())),
      interval: step,
      brandId,
    }),
    call: ({ brandId, span, step, cursor }, callContext) =>
      client.page({ span: untilNow(span, step, Date.now()), step }, brandId, cursor, callContext),
    ttlOf: ({ span }, _page, at) => trafficTtl(ttlSettings, span, at),
    maximumAgeOf: ({ maximumAge }) => maximumAge,
    isValue: (cached): cached is BrandPage => cached instanceof Object && 'data' in cached,
    encoding: {
      encode: ({ data, cursor }) => ({ data: data.map(packTraffic), cursor }),
      decode: unpackPage,
    },
  })
}

const packedPage = z.object({ data: z.array(z.unknown()), cursor: z.string().nullable() })

function unpackPage(cached: unknown): BrandPage | undefined {
  const { data: page } = packedPage.safeParse(cached)
  const data = page?.data.flatMap(row => unpackTraffic(row) ?? [])
  return page && data?.length === page.data.length ? { data, cursor: page.cursor } : undefined
}
