import DataLoader from 'dataloader'
import { Answers } from '../../upstream/answers.ts'
import type { Caller } from '../../upstream/caller.ts'
import { loadGroups, nameOf } from '../../upstream/groups.ts'
import type { Keeping } from '../../upstream/keeping.ts'
import { longestLists } from '../../upstream/longest.ts'
import { asItIs, callOf } from '../../upstream/topic.ts'
import type { ZenovayClient, ZenovaySettings } from './client.ts'
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

/** What one account shares between its requests. */
export interface ZenovayAnswers {
  readonly pages: Answers<PagesKey, readonly ZenovayPage[]>
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
        nameOf: ({ websiteId, limit }) => nameOf('zenovay pages', websiteId, limit),
        callsOf: keys =>
          keys.map(key => {
            const plan = { route: 'GET /heatmaps/:websiteId/pages', ...key }
            return callOf(key, plan, flight => client.pages(key.websiteId, key.limit, flight))
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
  const lists = longestLists<ZenovayPage>()
  let websites: Promise<readonly ZenovayWebsite[]> | undefined
  return {
    pages: new DataLoader(
      keys =>
        loadGroups(
          keys,
          key => key.websiteId,
          async (group, { websiteId }) => {
            const { pages } = answers()
            // What is kept is asked whole, so that a longer list costs no call later.
            const limit = pages.areKept ? maximumPages : Math.max(...group.map(key => key.limit))
            const rows = await lists.rows(websiteId, limit, () => pages.ask({ websiteId, limit }, caller))
            return group.map(key => rows.slice(0, key.limit))
          },
        ),
      { cacheKeyFn: ({ websiteId, limit }) => nameOf(websiteId, limit) },
    ),
    websites() {
      websites ??= (async () => answers().websites.ask(null, caller))()
      return websites
    },
  }
}
