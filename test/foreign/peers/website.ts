/** What a hand-written graph needs of Isotherm's to answer the same query. */
export const typeDefs = /* GraphQL */ `
  type Query {
    website(by: WebsiteBy!): Website
  }
  input WebsiteBy {
    zenovayId: ID!
  }
  type Website {
    views(first: Int!): ViewConnection
  }
  type ViewConnection {
    nodes: [View!]!
  }
  type View {
    path: String!
    totalInteractions: Int
    lastInteractionAt: String
  }
`

/** Zenovay's response, as far as it is used. */
export interface Pages {
  readonly data: { readonly pages: readonly Page[] }
}

export interface Page {
  readonly url: string
  readonly total_interactions: number
  readonly last_updated: string
}

export function pathOf(websiteId: string, limit: number): string {
  return `/heatmaps/${websiteId}/pages?limit=${limit}`
}

export const View = {
  path: ({ url }: Page) => url,
  totalInteractions: ({ total_interactions }: Page) => total_interactions,
  lastInteractionAt: ({ last_updated }: Page) => last_updated,
}

export interface By {
  readonly by: { readonly zenovayId: string }
}

export interface First {
  readonly first: number
}
