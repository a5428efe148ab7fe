/** Stands before a ticket in the query of an address. */
export const ticketPrefix = 'ticket='

/** A query without its tickets, and the first ticket, which counts; undefined without one. */
export function takeTicket(query: string): { readonly query: string; readonly ticket: string | undefined } {
  if (!query.includes(ticketPrefix)) return { query, ticket: undefined }
  const pairs = query.split('&')
  const tickets = pairs.filter(pair => pair.startsWith(ticketPrefix))
  return {
    query: pairs.filter(pair => !tickets.includes(pair)).join('&'),
    ticket: tickets[0]?.slice(ticketPrefix.length),
  }
}
