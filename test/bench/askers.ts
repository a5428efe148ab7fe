import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** What is asked in a contest. */
export const askerNames = ['proxy', 'isotherm', 'mercurius', 'apollo'] as const

export type AskerName = (typeof askerNames)[number]

/** What people would take instead; `npm ci --prefix test/foreign` installs them. */
export const peerNames = ['mercurius', 'apollo'] as const satisfies readonly AskerName[]

export type PeerName = (typeof peerNames)[number]

/** The peers that are installed. */
export function installedPeers(): readonly PeerName[] {
  const packages = { mercurius: 'mercurius', apollo: '@apollo/datasource-rest' }
  const folder = join(import.meta.dirname, '../foreign/node_modules')
  return peerNames.filter(name => existsSync(join(folder, packages[name])))
}
