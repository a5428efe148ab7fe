import type { Probe } from '../../upstream/provider/probe.ts'
import type { AuraVisionClient, AuraVisionSettings } from './client.ts'

/** Opens the socket. The vendor answers questions about unknown locations like those about empty ones. */
export const auraVisionProbe: Probe<AuraVisionSettings, AuraVisionClient> = {
  kinds: ['aura-vision'],
  limits: () => 'none that the vendor tells of',
  cost: () => '1 token and 1 connection, and no request on it',
  async ask(client, identities, callContext) {
    await client.connect(callContext)
    return { unknown: [], unchecked: identities }
  },
}
