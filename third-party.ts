import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'

const lockfile = z.object({
  packages: z.record(z.string(), z.object({ license: z.string().optional(), dev: z.boolean().optional() })),
})

/** The page that lists the packages which an installed Isotherm brings, by licence, as the lockfile tells them. */
export async function thirdPartyPage(
  file: URL = new URL('package-lock.json', import.meta.url),
): Promise<string> {
  const { packages } = lockfile.parse(JSON.parse(await readFile(file, 'utf8')))
  const brought = Object.entries(packages).flatMap(([path, { license, dev }]) => {
    const name = path.split('node_modules/').at(-1) ?? ''
    if (name === '' || dev) return []
    if (license === undefined) throw new Error(`${path} names no licence.`)
    return [{ name, license }]
  })
  const byLicense = Map.groupBy(brought, ({ license }) => license)
  const rows = [...byLicense.keys()].toSorted().map(license => {
    const names = new Set(byLicense.get(license)?.map(({ name }) => name))
    return `| ${license} | ${[...names].toSorted().join(', ')} |\n`
  })
  return `# Third-party packages

Isotherm is under the MIT licence ([LICENSE](LICENSE)). It installs these packages, some of them only on certain machines. Each
comes with its own licence text; \`dist/licences.txt\` has those of the packages that are built into \`dist\`.
\`npm run third-party\` writes this page.

| licence | packages |
|---|---|
${rows.join('')}`
}

if (import.meta.main) await writeFile(new URL('THIRD-PARTY.md', import.meta.url), await thirdPartyPage())
