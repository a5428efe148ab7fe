import type { DocumentNode } from 'graphql'

/** What the graph answers. Its errors are what clients see. */
export interface GraphResult {
  readonly data?: unknown
  readonly errors?: readonly unknown[]
  readonly extensions?: unknown
}

/**
 * Runs one of the export's own queries as the graph would, for the caller of the export. What one of many reads in bulk is kept
 * for the next of them only.
 */
export type AskGraph = (
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  how?: { readonly isBulk: boolean },
) => Promise<GraphResult>

/** How an export asks. */
export interface Asking {
  /** What costs no call upstream. */
  readonly facts: AskGraph
  /** The same; in a dry run it only plans calls, and its results hold no data. */
  readonly calls: AskGraph
  /** Aborts when nobody waits for the export any more. */
  readonly gone: AbortSignal
}
