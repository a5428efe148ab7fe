import type { CachePolicy } from '../../upstream/cache/cache.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import { DataSource } from '../../upstream/source/data-source.ts'
import type { AuraVisionClient } from './client.ts'
import { findRow, planRows, type RowKey, rowGone, rowName } from './row-questions.ts'
import { type AuraHeatmap, withoutUrl } from './wire.ts'

/** Single heatmaps of one account, found again by the values of their rows; those requested together share requests. */
export function rowSource(
  client: AuraVisionClient,
  ttlMilliseconds: number,
  cachePolicy: CachePolicy | undefined,
): DataSource<RowKey, AuraHeatmap> {
  return new DataSource<RowKey, AuraHeatmap>(
    {
      nameOf: key => nameOf('aura row', rowName(key)),
      callsOf: keys =>
        planRows(keys, client.bounds).map(({ keys, locationIds, types, filter }) => ({
          keys,
          plan: { route: 'detail/list', locationIds, types, ...filter },
          async make(callContext) {
            const rows = await client.heatmaps(locationIds, types, filter, callContext)
            return keys.map(key => {
              const row = findRow(rows, key)
              return row ? withoutUrl(row) : rowGone()
            })
          },
        })),
      ttlOf: () => ttlMilliseconds,
      isValue: (cached): cached is AuraHeatmap => cached instanceof Object && 'locationId' in cached,
    },
    cachePolicy,
  )
}
