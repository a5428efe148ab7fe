import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import fresh from 'fresh'
import { onFirstUse } from '../../upstream/first-use.ts'
import type { Exchange } from '../front-door.ts'
import { sendText, TextBody } from '../http/response-body.ts'
import { pageDocuments } from './page-documents.ts'
import { pageFolder, pagePath } from './page-folder.ts'

interface PageFile {
  readonly type: string
  readonly body: TextBody
  readonly etag: string
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Sends the scripts, the style and the documents of the page at `/`, or 304 to a browser that has them. They hold no secret.
 * Without a page there are none.
 */
export function pageRoute(hasPage: boolean, patience: number): (exchange: Exchange) => Promise<void> {
  const readOnce = onFirstUse(readPageFiles)
  return async ({ request, response, target }) => {
    const file = hasPage && (await readOnce()).get(target.path.slice(pagePath.length))
    if (response.destroyed) return
    if (!file) return void response.writeHead(404, { 'content-length': 0 }).end()
    const headers = { etag: file.etag, 'cache-control': 'no-cache' }
    response.appendHeader('vary', 'Accept-Encoding')
    if (fresh(request.headers, headers)) return void response.writeHead(304, headers).end()
    const described = { ...headers, 'content-type': file.type, 'x-content-type-options': 'nosniff' }
    await sendText(file.body, { request, response, status: 200, headers: described, patience })
  }
}

/** By their names. */
async function readPageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const folder = pageFolder()
  const names = (await readdir(folder)).filter(name => types[extname(name)])
  const texts = await Promise.all(names.map(name => readFile(new URL(name, folder), 'utf8')))
  const documents = JSON.stringify(await pageDocuments())
  const all = [
    ...names.map((name, index) => [name, texts[index] ?? ''] as const),
    ['documents.json', documents] as const,
  ]
  return new Map(all.map(([name, text]) => [name, pageFileOf(name, text)]))
}

function pageFileOf(name: string, text: string): PageFile {
  const type = types[extname(name)] ?? 'text/plain'
  // The same tag for all codings, so it is a weak one.
  const etag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 16)}"`
  return { type, body: new TextBody(text, 'often'), etag }
}
