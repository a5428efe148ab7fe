import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import { StoreAndPageDocument } from './generated/graphql.ts'
import { show, uri, variables } from './question.ts'

const client = new ApolloClient({ link: new HttpLink({ uri }), cache: new InMemoryCache() })
const { data } = await client.query({ query: StoreAndPageDocument, variables })
show(data?.location?.name, data?.location?.traffic?.[0]?.total, data)
