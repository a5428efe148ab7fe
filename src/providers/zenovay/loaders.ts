import type DataLoader from 'dataloader'
import type { CachePolicy } from '../../upstream/cache/cache.ts'
import { asError } from '../../upstream/error.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import { DataSource } from '../../upstream/source/data-source.ts'
import { callPerKey } from '../../upstream/source/endpoint.ts'
import { RequestLoader } from '../../upstream/source/request-loader.ts'
import type { RequestScope } from '../../upstream/source/request-scope.ts'
import type { ZenovayClient, ZenovaySettings } from './client.ts'
import { namesOrigin, PageList } from './page-list.ts'
import type { ZenovayPage, ZenovayWebsite } from './wire.ts'

export interface PagesKey {
  readonly websiteId: string
  /** The origins of the website, if known; otherwise they are looked up when a row depends on them. */
  readonly origins: readonly string[]
}

export interface ZenovayLoaders {
  /**
   * The most visited pages, as many as Zenovay returns, by one call for each website. A row may be a spelling of the first one's
   * path, so no sum is known before all rows are read.
   */
  readonly pages: DataLoader<PagesKey, PageList, string>
  /** All websites of the account, by one call. */
  readonly websites: () => Promise<readonly ZenovayWebsite[]>
}

/** The data sources that requests of one account share. */
export interface ZenovaySources {
  /** By the website's id. */
  readonly pages: DataSource<string, readonly ZenovayPage[]>
  readonly websites: DataSource<null, readonly ZenovayWebsite[]>
}

export function zenovaySources(
  client: ZenovayClient,
  { limits }: Pick<ZenovaySettings, 'limits'>,
  cachePolicy: CachePolicy | undefined,
): ZenovaySources {
  const ttlOf = () => limits.ttlSeconds * 1000
  const pages = callPerKey<string, readonly ZenovayPage[]>({
    nameOf: websiteId => nameOf('zenovay pages', websiteId, maximumPages),
    plan: websiteId => ({ route: 'GET /heatmaps/:websiteId/pages', websiteId, limit: maximumPages }),
    call: (websiteId, callContext) => client.pages(websiteId, maximumPages, callContext),
    ttlOf,
    isValue: Array.isArray,
  })
  const websites = callPerKey<null, readonly ZenovayWebsite[]>({
    nameOf: () => nameOf('zenovay websites'),
    plan: () => ({ route: 'GET /websites' }),
    call: (_key, callContext) => client.websites(callContext),
    ttlOf,
    isValue: Array.isArray,
  })
  return {
    pages: new DataSource(pages, cachePolicy),
    websites: new DataSource(websites, cachePolicy),
  }
}

/** The most pages that Zenovay returns; fewer cost the same. */
const maximumPages = 100

export function zenovayLoaders(sources: () => ZenovaySources, scope: RequestScope): ZenovayLoaders {
  let list: Promise<readonly ZenovayWebsite[]> | undefined
  const websites = () => {
    list ??= (async () => sources().websites.ask(null, scope))()
    return list
  }
  const originsOf = async ({ websiteId, origins }: PagesKey) => {
    if (origins.length > 0) return origins
    const origin = (await websites()).find(website => website.id === websiteId)?.origin
    return origin ? [origin] : []
  }
  const pages = async (key: PagesKey) => {
    const rows = await sources().pages.ask(key.websiteId, scope)
    return new PageList(rows, rows.some(namesOrigin) ? await originsOf(key) : [])
  }
  return {
    pages: new RequestLoader(scope, keys => Promise.all(keys.map(key => pages(key).catch(asError))), {
      cacheKeyFn: ({ websiteId, origins }) => nameOf(websiteId, origins),
    }),
    websites,
  }
}
