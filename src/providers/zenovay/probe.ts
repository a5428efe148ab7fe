import type { Probe } from '../../upstream/provider/probe.ts'
import type { ZenovayClient, ZenovaySettings } from './client.ts'
import { zenovayPlans } from './plans.ts'

/** Compares the catalog with the list of websites. */
export const zenovayProbe: Probe<ZenovaySettings, ZenovayClient> = {
  kinds: ['zenovay'],
  limits: ({ plan }) => {
    const { perMinute, perMonth } = zenovayPlans[plan]
    return `${perMinute} calls a minute and ${perMonth} a month (ZENOVAY_PLAN=${plan})`
  },
  cost: () => '1 call of the minute and the month',
  async ask(client, identities, callContext) {
    const websites = await client.websites(callContext)
    const known = new Set(websites.map(({ id }) => `zenovay:${id}`))
    return { unknown: identities.filter(identity => !known.has(identity)), unchecked: [] }
  },
}
