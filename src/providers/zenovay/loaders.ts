import DataLoader from 'dataloader'
import { loadGroups, nameOf } from '../../upstream/groups.ts'
import { longestLists } from '../../upstream/longest.ts'
import type { ZenovayClient } from './client.ts'
import type { ZenovayPage, ZenovayWebsite } from './wire.ts'

export interface PagesKey {
  readonly websiteId: string
  /** 1 to 100. */
  readonly limit: number
}

export interface ZenovayLoaders {
  /** The most visited pages. Different limits of one website cost one call: the largest is asked, the rest sliced. */
  readonly pages: DataLoader<PagesKey, readonly ZenovayPage[], string>
  /** All websites of the account, by one call. */
  readonly websites: () => Promise<readonly ZenovayWebsite[]>
}

export function zenovayLoaders(client: () => ZenovayClient, signal: AbortSignal): ZenovayLoaders {
  const lists = longestLists<ZenovayPage>()
  let websites: Promise<readonly ZenovayWebsite[]> | undefined
  return {
    pages: new DataLoader(
      keys =>
        loadGroups(
          keys,
          key => key.websiteId,
          async (group, { websiteId }) => {
            const limit = Math.max(...group.map(key => key.limit))
            const ask = async () => client().pages(websiteId, limit, { signal })
            const pages = await lists.rows(websiteId, limit, ask)
            return group.map(key => pages.slice(0, key.limit))
          },
        ),
      { cacheKeyFn: ({ websiteId, limit }) => nameOf(websiteId, limit) },
    ),
    websites() {
      websites ??= (async () => client().websites({ signal }))()
      return websites
    },
  }
}
