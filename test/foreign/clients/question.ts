/** The GraphQL endpoint that the client is started for. */
export const [uri = ''] = process.argv.slice(2)

export const variables = {
  store: 'oxford-street',
  day: { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' },
  page: 'https://shop.example.com/pricing',
}

/** Prints what came, as JSON. Takes two of its fields typed, so that a client without types does not compile. */
export function show(_name: string | null | undefined, _total: number | null | undefined, data: unknown) {
  console.log(JSON.stringify(data))
}
