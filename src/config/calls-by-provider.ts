import { z } from 'zod'
import { type ProviderName, providerNames } from '../upstream/error.ts'
import { integer, list } from '../upstream/provider/variable-forms.ts'

const Pairs = z.array(z.tuple([z.enum(providerNames), integer(1, 1_000_000_000)]))

/** A number of calls for some providers, such as `zenovay:200,datadog:50`. */
export function callsByProvider() {
  return list().transform((entries, context): Readonly<Partial<Record<ProviderName, number>>> => {
    const { data } = Pairs.safeParse(entries.map(entry => entry.split(':').map(part => part.trim())))
    if (data && new Set(data.map(([provider]) => provider)).size === data.length)
      return Object.fromEntries(data)
    context.addIssue({
      code: 'custom',
      message: `must be a comma-separated list such as zenovay:200: each of ${providerNames.join(', ')} at most once, with a whole number from 1 to 1000000000`,
    })
    return z.NEVER
  })
}
