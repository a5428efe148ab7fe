import { UpstreamError } from '../../upstream/error.ts'
import type { Probe } from '../../upstream/provider/probe.ts'
import type { PostHogClient, PostHogScope, PostHogSettings } from './client.ts'

/** The most projects that are asked for. */
const mostProjects = 20

/** The project that the vendor considers the key's own. */
const ownProject: PostHogScope = { kind: 'projects', id: '@current' }

/** Asks each project of the catalog for one saved heatmap. */
export const posthogProbe: Probe<PostHogSettings, PostHogClient> = {
  kinds: ['posthog', 'posthog-environment'],
  limits: ({ perMinute, perHour }) => `${perMinute} calls a minute and ${perHour} an hour`,
  cost: identities => {
    const calls = Math.min(Math.max(1, identities.length), mostProjects)
    const another = identities.length > 0 ? ', and 1 more if no project of the catalog is there' : ''
    return `${calls} ${calls === 1 ? 'call' : 'calls'} of the minute and the hour${another}`
  },
  async ask(client, identities, callContext) {
    const isReadable = async (scope: PostHogScope) => {
      try {
        await client.heatmaps(scope, { limit: 1, offset: 0 }, callContext)
        return true
      } catch (error) {
        if (error instanceof UpstreamError && error.code === 'UPSTREAM_NOT_FOUND') return false
        // The vendor also answers so if the key may not read heatmaps at all, which needs another sentence.
        if (identities.length > 1 && error instanceof UpstreamError && error.code === 'UPSTREAM_FORBIDDEN')
          return error
        throw error
      }
    }
    const asked = identities.slice(0, mostProjects)
    const found = await Promise.all(asked.map(identity => isReadable(scopeOf(identity))))
    // If no project exists, the server may not be PostHog at all.
    if (found.every(each => each === false) && !(await isReadable(ownProject)))
      throw new UpstreamError('posthog', 'UPSTREAM_NOT_FOUND', noProject)
    const [refusal] = found
    if (refusal instanceof UpstreamError && found.every(each => each instanceof UpstreamError)) throw refusal
    return {
      unknown: asked.filter((_, index) => found[index] !== true),
      unchecked: identities.slice(mostProjects),
    }
  },
}

/** Another server answers so to everything. */
const noProject =
  'posthog knows no project of the key, which says nothing of the key itself: check whether POSTHOG_HOST is right.'

/** From `posthog:<project>` or `posthog-environment:<environment>`. */
function scopeOf(identity: string): PostHogScope {
  const [kind, ...id] = identity.split(':')
  return { kind: kind === 'posthog' ? 'projects' : 'environments', id: id.join(':') }
}
