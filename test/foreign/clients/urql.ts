import { Client, cacheExchange, fetchExchange } from '@urql/core'
import { StoreAndPageDocument } from './generated/graphql.ts'
import { show, uri, variables } from './question.ts'

const client = new Client({ url: uri, exchanges: [cacheExchange, fetchExchange], preferGetMethod: false })
const { data, error } = await client.query(StoreAndPageDocument, variables).toPromise()
if (error) throw error
show(data?.location?.name, data?.location?.traffic?.[0]?.total, data)
