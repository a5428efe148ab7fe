import type { DocumentNode } from 'graphql'

/** A result of the graph. Its errors are those that clients see. */
export interface GraphResult {
  readonly data?: unknown
  readonly errors?: readonly unknown[]
  readonly extensions?: unknown
}

/**
 * Runs one of the export's own queries as the graph would, for the caller of the export. Values that one of many queries reads in
 * bulk are cached for the next queries only.
 */
export type AskGraph = (
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  how?: { readonly isBulk: boolean },
) => Promise<GraphResult>

/** How an export asks the graph. */
export interface Asking {
  /** Runs queries that cost no upstream call. */
  readonly facts: AskGraph
  /** The same for other queries; in a dry run it only plans calls, and its results hold no data. */
  readonly calls: AskGraph
  /** Aborts when nobody waits for the export any more. */
  readonly gone: AbortSignal
}
