import { auditServer } from 'graphql-http'

/** Puts all that graphql-http audits to a GraphQL endpoint, and prints what came of it, as JSON. */
const [url = ''] = process.argv.slice(2)
const results = await auditServer({ url })
console.log(
  JSON.stringify(
    results.map(result => ({
      name: result.name,
      status: result.status,
      reason: result.status === 'ok' ? undefined : result.reason,
    })),
  ),
)
