import type { Exchange } from '../front-door.ts'
import { accepts } from '../http/media-ranges.ts'
import { sendText } from '../http/response-body.ts'
import { pageScripts } from './page-folder.ts'

export interface HomeOptions {
  /** Whether GraphiQL is at /graphql. */
  readonly hasExplorer: boolean
  /** Whether its script shows data of the graph; otherwise it only has links. */
  readonly hasPage: boolean
  /** Milliseconds in which a reader has to take the next part. */
  readonly patience: number
}

/**
 * Says what this server is and where to go: as a page to browsers, which its script may fill with data of the graph, as JSON to
 * clients that prefer it, else as text.
 */
export async function sendHome(
  { request, response }: Exchange,
  { hasExplorer, hasPage, patience }: HomeOptions,
): Promise<void> {
  const type =
    accepts(request.headers.accept, ['text/plain', 'text/html', 'application/json']) ?? 'text/plain'
  response.appendHeader('vary', 'Accept')
  const headers = {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-cache',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  }
  const parts = hasPage ? pageOf(hasExplorer, await pageScripts()) : withoutPage
  if (response.destroyed) return
  const text = writers[type](placesOf(hasExplorer), parts)
  await sendText(text, { request, response, status: 200, headers, patience })
}

interface Place {
  /** Relative, so that it works below any path of a proxy. */
  readonly path: string
  readonly name: string
  readonly meaning: string
}

const what =
  'One GraphQL graph over the places and pages that people visit, as five analytics vendors see them.'

function placesOf(hasExplorer: boolean): readonly Place[] {
  const graphql = hasExplorer
    ? 'the graph: GraphiQL in a browser, GraphQL over HTTP for clients'
    : 'the graph: documents of its manifest, for clients'
  return [
    { path: 'graphql', name: 'GraphQL', meaning: graphql },
    { path: 'healthz', name: 'Health', meaning: 'whether the process lives' },
    { path: 'readyz', name: 'Readiness', meaning: 'whether it accepts requests' },
  ]
}

const guides = 'The guides come with the package: README.md and docs/.'

/** Allows nothing from other origins, and no inline script or style, whatever a vendor's text contains. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

interface PageParts {
  readonly head: string
  readonly body: string
}

const withoutPage: PageParts = { head: '', body: '<body>\n' }

function pageOf(hasExplorer: boolean, scripts: readonly string[]): PageParts {
  return {
    head: `<link rel="icon" href="page/icon.svg">
<link rel="stylesheet" href="page/page.css">
<script type="module" src="page/main.js"></script>
<link rel="preload" as="fetch" href="page/documents.json" crossorigin>
${scripts.map(name => `<link rel="modulepreload" href="page/${name}">\n`).join('')}`,
    body: `<body${hasExplorer ? ' data-explorer' : ''}>
<div id="page"><noscript><p>The page below needs JavaScript. What it shows is in the graph as well.</p></noscript></div>
`,
  }
}

const writers = {
  'text/html': (places: readonly Place[], { head, body }: PageParts) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Isotherm</title>
${head}${body}<footer>
<p>${what}</p>
<ul>
${places.map(({ path, name, meaning }) => `<li><a href="${path}">${name}</a>: ${meaning}</li>`).join('\n')}
</ul>
<p>${guides}</p>
</footer>
</body>
</html>
`,
  'application/json': (places: readonly Place[]) =>
    `${JSON.stringify({ name: 'Isotherm', description: what, paths: Object.fromEntries(places.map(({ path, meaning }) => [`/${path}`, meaning])) })}\n`,
  'text/plain': (places: readonly Place[]) =>
    `Isotherm\n${what}\n\n${places.map(({ path, meaning }) => `/${path}  ${meaning}`).join('\n')}\n\n${guides}\n`,
}
