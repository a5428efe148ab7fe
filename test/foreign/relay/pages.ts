import { graphql } from 'relay-runtime'

/** A site's pages, a page of them at a time: Relay writes the query for the next from the fragment alone. */
export const query = () => graphql`
  query pagesQuery($site: ID!, $first: Int!) {
    website(by: { id: $site }) {
      id
      name
      ...pages_website @arguments(first: $first)
    }
  }
`

export const fragment = () => graphql`
  fragment pages_website on Website
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" })
  @refetchable(queryName: "pagesNextQuery") {
    views(first: $first, after: $after) @connection(key: "pages_views") {
      edges {
        node {
          id
          path
          totalInteractions
        }
      }
    }
  }
`
