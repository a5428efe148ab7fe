import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'

/** Hive Gateway for a supergraph, as a listener of a `node:http` server. */
export function gateway(supergraph: string) {
  return createGatewayRuntime({ supergraph, logging: false })
}
