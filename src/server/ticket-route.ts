import { z } from 'zod'
import type { Access } from '../access/access.ts'
import { spelledAddress } from '../access/tickets.ts'
import { sendJson } from '../images/json-response.ts'
import type { EnteredExchange } from './front-door.ts'
import { readJsonBody } from './http/json-body.ts'
import { Refusal } from './http/refusal.ts'
import { originOf } from './http/request-origin.ts'
import { isEntered, methodsOf, routeOf } from './routes.ts'
import { takeTicket, ticketPrefix } from './ticket-parameter.ts'

export interface TicketRouteOptions {
  readonly access: Pick<Access, 'ticketFor'>
  readonly publicUrl: URL | undefined
  /** The address where the server listens. The ticket's URL has it if a request names no host. */
  readonly listening: string
}

const bytes = 64 * 1024

/** A path and query of this server. */
const body = z.object({ address: z.string().regex(/^\/(?!\/)/) })

/**
 * Gives a caller a ticket that opens one address by GET for a minute, in place of a credential: for event streams and downloads
 * of browsers, which send no header with them.
 */
export function ticketRoute({
  access,
  publicUrl,
  listening,
}: TicketRouteOptions): (exchange: EnteredExchange) => Promise<void> {
  return async exchange => {
    const { request, response } = exchange
    const read = await readJsonBody(request, response, { what: 'What a ticket is for', bytes })
    if (!read) return
    const address = addressIn(read.value)
    const { ticket, expiresInSeconds } = await access.ticketFor(exchange, address)
    const url = new URL(publicUrl ?? originOf(request, listening))
    const base = url.href.replace(/\/$/, '')
    const separator = address.includes('?') ? '&' : '?'
    const path = `${address}${separator}${ticketPrefix}${ticket}`
    // Behind a proxy that ends TLS the scheme is unknown here; the client knows the URL, and may add the path to it.
    sendJson(request, response, 200, 'application/json', {
      ticket,
      expiresInSeconds,
      url: base + path,
      path,
    })
  }
}

function addressIn(value: unknown): string {
  const { data } = body.safeParse(value)
  if (!data)
    throw badAddress('{ "address": "/graphql?documentId=..." }: a path of this server, with its query')
  const [path = '', sent = ''] = spelledAddress(data.address).split(/\?(.*)/s)
  // A client that renews a ticket may send the address with the old one, which would count first.
  const { query } = takeTicket(sent)
  const route = routeOf({ path, query }, 'GET', undefined)
  if (isEntered(route) && methodsOf[route].includes('GET')) return query ? `${path}?${query}` : path
  throw badAddress('an address that needs a credential and is asked by GET, such as /graphql?documentId=...')
}

function badAddress(wanted: string): Refusal {
  return new Refusal(400, `A ticket is for ${wanted}.`, {}, 'BAD_USER_INPUT')
}
