import { openHttp } from '../../../src/upstream/http/http.ts'
import { openTokenSource, type TokenSource } from '../../../src/upstream/http/oauth-token.ts'
import { readJson, serveHttp } from './loopback.ts'

export const bounds = { deadlineMilliseconds: 10_000, maximumBytes: 100_000 }

export const credentials = {
  audience: 'https://gql.example.com',
  clientId: 'client',
  clientSecret: 'hush-hush',
}

export interface TokenServer extends AsyncDisposable {
  readonly source: TokenSource
  /** A further source, which knows no token yet. */
  reopen(): TokenSource
  readonly asked: readonly unknown[]
  readonly sockets: readonly unknown[]
  /** The first call. */
  readonly arrived: Promise<void>
}

/** A token endpoint that hands out `token 1`, `token 2`, …, but for the calls that `answers` says otherwise about. */
export async function serveTokens({
  expiresIn = 3600,
  life = { seconds: expiresIn },
  gate,
  gates = [],
  answers = [],
  deadlineMilliseconds = 10_000,
}: {
  readonly expiresIn?: number
  readonly life?: { readonly seconds: unknown }
  readonly gate?: Promise<void>
  /** Of the first calls, one each. */
  readonly gates?: readonly Promise<void>[]
  readonly answers?: readonly ({ readonly status: number; readonly body: string } | 'hang' | undefined)[]
  readonly deadlineMilliseconds?: number
} = {}): Promise<TokenServer> {
  const asked: unknown[] = []
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
  await using stack = new AsyncDisposableStack()
  const server = stack.use(
    await serveHttp(async (request, response) => {
      const { method, url } = request
      asked.push({ method, url, json: await readJson(request) })
      const number = asked.length
      arrive()
      await (gates[number - 1] ?? gate)
      const answer = answers[number - 1]
      if (answer === 'hang') return
      const { status, body } = answer ?? {
        status: 200,
        body: JSON.stringify({
          access_token: `token ${number}`,
          expires_in: life.seconds,
          token_type: 'Bearer',
        }),
      }
      response.writeHead(status).end(body)
    }),
  )
  const http = stack.use(openHttp('analytiks', bounds))
  const tokenUrl = new URL('/oauth/token', server.url)
  const reopen = () => openTokenSource('analytiks', http, { ...credentials, tokenUrl }, deadlineMilliseconds)
  const owned = stack.move()
  return {
    source: reopen(),
    reopen,
    asked,
    sockets: server.sockets,
    arrived,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
