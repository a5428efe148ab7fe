import { join } from 'node:path'
import { buildSchema } from 'graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  foreignFolder,
  installMilliseconds,
  installPackages,
  runForeign,
} from '../../support/foreign-package.ts'

const root = join(import.meta.dirname, '../../..')
const isotherm = join(root, 'schema/subgraph.graphql')
const others = [
  ['the stores of the example', join(root, 'examples/supergraph/stores.graphql')],
  ['a graph with Relay nodes, pages and scalars of its own', join(foreignFolder, 'relay-graph.graphql')],
] as const

const Composed = z.object({
  apollo: z.object({ supergraph: z.string(), hints: z.tuple([]) }),
  guild: z.object({ supergraph: z.string() }),
  wundergraph: z.object({ router: z.string(), warnings: z.tuple([]) }),
})

beforeAll(() => installPackages(), installMilliseconds)

describe.each(others)('joined with %s', (_what, other) => {
  test('it composes without a hint by the composers of Apollo, The Guild and WunderGraph', async () => {
    Composed.parse(await runForeign('compose.ts', isotherm, other))
  })
})

test('one way to name a thing stays one way where a composer keeps @oneOf', async () => {
  const { guild, wundergraph } = Composed.parse(await runForeign('compose.ts', isotherm, others[0][1]))
  for (const sdl of [guild.supergraph, wundergraph.router])
    expect(buildSchema(sdl, { assumeValid: true }).getType('LocationBy')).toHaveProperty('isOneOf', true)
})
