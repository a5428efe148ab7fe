import {
  ConnectionHandler,
  commitLocalUpdate,
  Environment,
  fetchQuery,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime'
// What Relay's build plugin puts in the place of the tags of `pages.ts`.
import nextQuery, { type pagesNextQuery } from './generated/pagesNextQuery.graphql.ts'
import query, { type pagesQuery } from './generated/pagesQuery.graphql.ts'

/** Asks for a site's first three pages and then for two more, and prints what Relay's store has joined them to, as JSON. */
const [uri = ''] = process.argv.slice(2)

const environment = new Environment({
  network: Network.create(async ({ text }, variables) => {
    const response = await fetch(uri, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    })
    return JSON.parse(await response.text())
  }),
  store: new Store(new RecordSource()),
})

const answer = await fetchQuery<pagesQuery>(environment, query, { site: 'shop', first: 3 }).toPromise()
const id = answer?.website?.id ?? ''
const after = String(shown().pageInfo?.getValue('endCursor'))
await fetchQuery<pagesNextQuery>(environment, nextQuery, { id, first: 2, after }).toPromise()
const { edges = [] } = shown()
console.log(JSON.stringify(edges.map(edge => edge?.getLinkedRecord('node')?.getValue('path'))))

/** The connection of pages as the store holds it. */
function shown() {
  const found: ReturnType<typeof read>[] = []
  commitLocalUpdate(environment, store => {
    const website = store.get(id)
    const connection = website && ConnectionHandler.getConnection(website, 'pages_views')
    found.push(read(connection))
  })
  return found[0] ?? read(null)
}

function read(connection: ReturnType<typeof ConnectionHandler.getConnection>) {
  return {
    edges: connection?.getLinkedRecords('edges') ?? [],
    pageInfo: connection?.getLinkedRecord('pageInfo'),
  }
}
