/** What a browser accepts where it loads a page. */
export const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

/** The names of all files that the page loads: its style, its icon, its script and what that imports. */
export async function pageFiles(origin: string): Promise<readonly string[]> {
  const page = await (await fetch(origin, { headers: { accept: browser } })).text()
  return filesFrom(
    origin,
    [...page.matchAll(/"page\/([^"]+)"/g)].map(([, name = '']) => name),
  )
}

/** These files, and all that they import or ask. */
export async function filesFrom(origin: string, first: readonly string[]): Promise<readonly string[]> {
  const names = new Set(first)
  for (const name of names) {
    const text = await (await fetch(`${origin}/page/${name}`)).text()
    const others = [...text.matchAll(/from '\.\/([^']+)'|fetch\('page\/([^']+)'\)/g)]
    for (const [, imported, fetched] of others) names.add(imported ?? fetched ?? '')
  }
  return [...names]
}
