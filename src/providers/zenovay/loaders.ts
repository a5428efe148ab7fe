import type DataLoader from 'dataloader'
import type { Keeping } from '../../upstream/cache/keeping.ts'
import { asError } from '../../upstream/error.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import { Answers } from '../../upstream/source/data-source.ts'
import { asItIs, callOf } from '../../upstream/source/endpoint.ts'
import { RequestLoader } from '../../upstream/source/request-loader.ts'
import type { Caller } from '../../upstream/source/request-scope.ts'
import type { ZenovayClient, ZenovaySettings } from './client.ts'
import { namesOrigin, PageList } from './page-list.ts'
import type { ZenovayPage, ZenovayWebsite } from './wire.ts'

export interface PagesKey {
  readonly websiteId: string
  /** Where the website is, as far as that is known: else it is looked up where a row makes it matter. */
  readonly origins: readonly string[]
}

export interface ZenovayLoaders {
  /**
   * The most visited pages, as many as Zenovay tells of, by one call for each website: a row may be a spelling of the first
   * one's path, so none has its sum before all are read.
   */
  readonly pages: DataLoader<PagesKey, PageList, string>
  /** All websites of the account, by one call. */
  readonly websites: () => Promise<readonly ZenovayWebsite[]>
}

/** What one account shares between its requests. */
export interface ZenovayAnswers {
  /** By the website's id. */
  readonly pages: Answers<string, readonly ZenovayPage[]>
  readonly websites: Answers<null, readonly ZenovayWebsite[]>
}

export function zenovayAnswers(
  client: ZenovayClient,
  { limits }: Pick<ZenovaySettings, 'limits'>,
  keeping: Keeping | undefined,
): ZenovayAnswers {
  const keepFor = () => limits.keepSeconds * 1000
  return {
    pages: new Answers(
      {
        nameOf: websiteId => nameOf('zenovay pages', websiteId, maximumPages),
        callsOf: websiteIds =>
          websiteIds.map(websiteId => {
            const plan = { route: 'GET /heatmaps/:websiteId/pages', websiteId, limit: maximumPages }
            return callOf(websiteId, plan, flight => client.pages(websiteId, maximumPages, flight))
          }),
        keepFor,
        unpack: asItIs((kept): kept is readonly ZenovayPage[] => Array.isArray(kept)),
      },
      keeping,
    ),
    websites: new Answers(
      {
        nameOf: () => nameOf('zenovay websites'),
        callsOf: keys =>
          keys.map(key => callOf(key, { route: 'GET /websites' }, flight => client.websites(flight))),
        keepFor,
        unpack: asItIs((kept): kept is readonly ZenovayWebsite[] => Array.isArray(kept)),
      },
      keeping,
    ),
  }
}

/** The most pages that Zenovay tells of, at the price of one. */
const maximumPages = 100

export function zenovayLoaders(answers: () => ZenovayAnswers, caller: Caller): ZenovayLoaders {
  let list: Promise<readonly ZenovayWebsite[]> | undefined
  const websites = () => {
    list ??= (async () => answers().websites.ask(null, caller))()
    return list
  }
  const originsOf = async ({ websiteId, origins }: PagesKey) => {
    if (origins.length > 0) return origins
    const origin = (await websites()).find(website => website.id === websiteId)?.origin
    return origin ? [origin] : []
  }
  const pages = async (key: PagesKey) => {
    const rows = await answers().pages.ask(key.websiteId, caller)
    return new PageList(rows, rows.some(namesOrigin) ? await originsOf(key) : [])
  }
  return {
    pages: new RequestLoader(caller, keys => Promise.all(keys.map(key => pages(key).catch(asError))), {
      cacheKeyFn: ({ websiteId, origins }) => nameOf(websiteId, origins),
    }),
    websites,
  }
}
