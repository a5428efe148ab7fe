import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental'
import { Client, fetchExchange } from '@urql/core'
import { uri } from './question.ts'

const text = /* GraphQL */ `
  query Parts {
    locations(first: 2) {
      nodes {
        id
        ... @defer(label: "name") {
          name
          timeZone
        }
      }
    }
    ... @defer {
      providers {
        name
      }
    }
  }
`

/** What a client knew when it was told first, and when it was told that this is all. */
type Told = readonly [first: unknown, all: unknown]

function askApollo(incrementalHandler: ApolloClient.Options['incrementalHandler']): Promise<Told> {
  const client = new ApolloClient({
    link: new HttpLink({ uri }),
    cache: new InMemoryCache(),
    ...(incrementalHandler && { incrementalHandler }),
  })
  return new Promise((resolve, reject) => {
    let first: unknown
    client.watchQuery({ query: gql(text) }).subscribe(({ data, dataState, error }) => {
      if (error) reject(error)
      if (dataState !== 'empty') first ??= structuredClone(data)
      if (dataState === 'complete') resolve([first, data])
    })
  })
}

function askUrql(): Promise<Told> {
  const client = new Client({ url: uri, exchanges: [fetchExchange], preferGetMethod: false })
  return new Promise((resolve, reject) => {
    let first: unknown
    client.query(text, {}).subscribe(({ data, error, hasNext }) => {
      if (error) reject(error)
      first ??= structuredClone(data)
      if (!hasNext) resolve([first, data])
    })
  })
}

console.log(
  JSON.stringify({
    'Apollo, incrementalSpec=v0.2': await askApollo(new GraphQL17Alpha9Handler()),
    'Apollo, deferSpec=20220824': await askApollo(new Defer20220824Handler()),
    urql: await askUrql(),
  }),
)
// What is kept alive of its connections is of no use any more.
process.exit()
