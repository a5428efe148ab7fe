import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startNode } from '../../support/child.ts'
import { allBlocks } from '../../support/docs.ts'
import { foreignFolder, installPackages } from '../../support/foreign-package.ts'

const root = join(import.meta.dirname, '../../..')
const example = join(root, 'examples/supergraph')

/** By what the guide to larger graphs calls them: which folder has their packages, and what a server for them takes besides. */
const gateways = {
  'Hive Gateway': { folder: example, rest: '' },
  'Apollo Gateway': { folder: foreignFolder, rest: '' },
  'A stitched graph': {
    folder: foreignFolder,
    rest: `import { createServer } from 'node:http'
import { createYoga } from 'graphql-yoga'
createServer(createYoga({ schema, logging: false })).listen(4100, '127.0.0.1')
`,
  },
}

export type GatewayName = keyof typeof gateways
export const gatewayNames: readonly GatewayName[] = ['Hive Gateway', 'Apollo Gateway', 'A stitched graph']

export interface Gateway extends AsyncDisposable {
  readonly origin: string
}

export async function installGateways(): Promise<void> {
  await installPackages()
  await installPackages(example)
}

/** The guide's lines that make a gateway, which are in a section with its name. */
export function linesOf(name: GatewayName): string {
  const block = allBlocks.find(({ lead }) => lead.includes(`\n## ${name}\n`))
  if (!block) throw new Error(`The guide has no ${name}.`)
  return block.text
}

/** Runs those lines for an Isotherm, on a free port. `edit` adds what the guide leaves to its reader. */
export async function startGateway(
  name: GatewayName,
  isotherm: string,
  edit = async (lines: string) => lines,
): Promise<Gateway> {
  const { folder, rest } = gateways[name]
  const lines = (await edit(linesOf(name))) + rest
  const scripts = join(folder, 'node_modules/.readme')
  await mkdir(scripts, { recursive: true })
  const file = join(scripts, `${crypto.randomUUID()}.mjs`)
  await using resources = new AsyncDisposableStack()
  resources.defer(() => rm(file, { force: true }))
  await writeFile(file, lines.replaceAll('http://127.0.0.1:4000', isotherm).replace('4100', '0'))
  const child = resources.use(await startNode(['--import', join(foreignFolder, 'announce.ts'), file]))
  const [, port] = await child.says(/listens on port (\d+)\n/)
  const owned = resources.move()
  return {
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
