import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { composeServices as composeByApollo } from '@apollo/composition'
import { composeServices as composeByGuild } from '@theguild/federation-composition'
import { federateSubgraphs } from '@wundergraph/composition'
import { parse, print } from 'graphql'

/** Composes SDL files to a supergraph by three composers, and prints as JSON what each has to say. */
const subgraphs = await Promise.all(
  process.argv.slice(2).map(async file => {
    const name = basename(file, '.graphql')
    return {
      name,
      url: `http://${name}.example.com/graphql`,
      definitions: parse(await readFile(file, 'utf8')),
    }
  }),
)
const services = subgraphs.map(({ definitions, ...subgraph }) => ({ ...subgraph, typeDefs: definitions }))

const apollo = composeByApollo(services)
const guild = composeByGuild(services)
const wundergraph = federateSubgraphs({ subgraphs })
console.log(
  JSON.stringify({
    apollo: { supergraph: apollo.supergraphSdl, errors: apollo.errors, hints: apollo.hints?.map(String) },
    guild: { supergraph: guild.supergraphSdl, errors: guild.errors },
    wundergraph: {
      router: wundergraph.success ? print(wundergraph.federatedGraphAST) : undefined,
      errors: wundergraph.success ? undefined : wundergraph.errors,
      warnings: wundergraph.warnings,
    },
  }),
)
