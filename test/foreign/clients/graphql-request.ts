import { GraphQLClient } from 'graphql-request'
import { StoreAndPageDocument } from './generated/graphql.ts'
import { show, uri, variables } from './question.ts'

const client = new GraphQLClient(uri)
const data = await client.request(StoreAndPageDocument, variables)
show(data.location?.name, data.location?.traffic?.[0]?.total, data)
