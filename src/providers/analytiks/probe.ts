import type { CallContext } from '../../upstream/call-context.ts'
import { UpstreamError } from '../../upstream/error.ts'
import type { Probe } from '../../upstream/provider/probe.ts'
import type { AnalytiksClient, AnalytiksSettings, LocationChoice } from './client.ts'
import { day, hour } from './time/lengths.ts'

/** The vendor's limit of locations in one question, and the most questions. */
const [mostLocations, mostQuestions] = [50, 20]

/** Asks for one hour of each location of the catalog; without locations, only for a token. */
export const analytiksProbe: Probe<AnalytiksSettings, AnalytiksClient> = {
  kinds: ['analytiks', 'reference'],
  limits: () => 'none that the vendor tells of',
  cost: identities => {
    const calls = Math.min(questionsOf(identities).length, mostQuestions)
    return `1 token${calls === 0 ? '' : ` and ${calls} ${calls === 1 ? 'call' : 'calls'}`}`
  },
  async ask(client, identities, callContext) {
    await client.signIn(callContext)
    const questions = questionsOf(identities)
    const asked = questions.slice(0, mostQuestions)
    const unknown = await Promise.all(asked.map(question => unknownOf(client, question, callContext)))
    return {
      unknown: unknown.flat(),
      unchecked: questions.slice(mostQuestions).flatMap(({ identities }) => identities),
    }
  },
}

interface Question {
  readonly identities: readonly string[]
  readonly choice: LocationChoice
}

async function unknownOf(
  client: AnalytiksClient,
  { identities, choice }: Question,
  callContext: CallContext,
): Promise<readonly string[]> {
  const end = Math.floor(Date.now() / day) * day
  const span = { form: 'utc', start: end - hour, end } as const
  try {
    const { refused } = await client.partial({ span, step: 'hourly' }, choice, callContext)
    return identities.filter(identity => refused.includes(idOf(identity)))
  } catch (error) {
    // A question is refused if all of its locations are unknown.
    if (error instanceof UpstreamError && error.code === 'UPSTREAM_FORBIDDEN') return identities
    throw error
  }
}

/** From `analytiks:<id>` and `reference:<brand>:<number>`; one question is about ids, or about one brand. */
function questionsOf(identities: readonly string[]): readonly Question[] {
  const groups = Map.groupBy(identities, identity => /^reference:(\d+):/.exec(identity)?.[1])
  return [...groups].flatMap(([brand, members]) =>
    Array.from({ length: Math.ceil(members.length / mostLocations) }, (_, index) => {
      const part = members.slice(index * mostLocations, (index + 1) * mostLocations)
      const ids = part.map(idOf)
      const choice =
        brand === undefined
          ? { locations: ids.map(Number) }
          : { brandId: Number(brand), referenceNumbers: ids }
      return { identities: part, choice }
    }),
  )
}

function idOf(identity: string): string {
  return identity.replace(/^(analytiks|reference:\d+):/, '')
}
