import { once } from 'node:events'
import { createServer } from 'node:http'

export interface HtmlPage extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, unlike that of anything else. */
  readonly origin: string
}

/** Serves one page, as somebody's own site would; `html` is asked whenever it is opened. */
export async function serveHtml(html: () => string): Promise<HtmlPage> {
  const server = createServer((request, response) => {
    if (request.url !== '/') return void response.writeHead(204).end()
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('A server listens on a port.')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
