import type { Probe } from '../../upstream/provider/probe.ts'
import type { DatadogClient, DatadogSettings } from './client.ts'

/** Lists one snapshot. The list of applications would need more permissions than Isotherm does. */
export const datadogProbe: Probe<DatadogSettings, DatadogClient> = {
  kinds: ['datadog'],
  limits: () => 'those of its headers, for each operation',
  cost: () => '1 call of the limit of lists, and 1 more if that is refused',
  async ask(client, identities, callContext) {
    await client.snapshots({ viewName: '/' }, 1, callContext)
    return { unknown: [], unchecked: identities }
  },
  async faults(client, callContext) {
    return (await client.acceptsApiKey(callContext)) ? ['DD_APP_KEY'] : ['DD_API_KEY']
  },
}
