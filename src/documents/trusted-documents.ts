import { type DefinitionNode, type DocumentNode, GraphQLError, Kind, parse } from 'graphql'
import { z } from 'zod'
import { KnownDocuments } from './known-documents.ts'

/** What happens to documents that are not in the manifest: they run, run and are logged, or are refused. */
export const documentModes = ['off', 'log', 'refuse'] as const

export type DocumentMode = (typeof documentModes)[number]

export interface DocumentSettings {
  readonly mode: DocumentMode
  /** Seconds that a caller's own cache may keep the response to a GET by id. */
  readonly freshSeconds: number
}

/** The documents of a manifest, by id and by content. */
export class TrustedDocuments {
  readonly #texts = new Map<string, string>()
  readonly #known = new KnownDocuments()
  readonly #looked = new WeakMap<DocumentNode, boolean>()
  readonly #shipped: TrustedDocuments | undefined

  /** `shipped` documents are accepted too, but are not part of the manifest. */
  constructor(shipped?: TrustedDocuments) {
    this.#shipped = shipped
  }

  /** Adds a document, or returns why it cannot be added. */
  add(id: string, text: string): { readonly problem: string } | undefined {
    const document = parsed(text)
    if ('problem' in document) return document
    if (!document.definitions.some(isOperation)) return { problem: 'holds no operation' }
    if (this.#texts.has(bare(id))) return { problem: 'is there twice, with and without sha256:' }
    this.#known.add(document)
    this.#texts.set(bare(id), text)
    return
  }

  get count(): number {
    return this.#texts.size
  }

  textOf(id: string): string | undefined {
    return this.#texts.get(bare(id)) ?? this.#shipped?.textOf(id)
  }

  /** Each document's id and text, in the manifest's order. */
  texts(): Iterable<readonly [id: string, text: string]> {
    return this.#texts.entries()
  }

  /** Whether a document is in the manifest or shipped, in any layout or order. */
  has(document: DocumentNode): boolean {
    const known =
      this.#looked.get(document) ?? (this.#known.has(document) || this.#shipped?.has(document) === true)
    this.#looked.set(document, known)
    return known
  }
}

/** Reads a manifest: a JSON object of texts by id. Returns every problem as a sentence that names the file. */
export function readManifest(
  text: string,
  file: string,
  shipped?: TrustedDocuments,
): { readonly documents: TrustedDocuments } | { readonly problems: readonly string[] } {
  const read = manifest.safeParse(text)
  if (!read.success) return { problems: read.error.issues.map(issue => problem(file, issue)) }
  const documents = new TrustedDocuments(shipped)
  const problems = Object.entries(read.data).flatMap(([id, document]) => {
    const wrong = documents.add(id, document)
    return wrong ? [`${file}: ${id}: ${wrong.problem}`] : []
  })
  return problems.length > 0 ? { problems } : { documents }
}

const apolloManifest = z.object({ format: z.literal('apollo-persisted-query-manifest') })
const apolloForm =
  "the manifest of documents is in Apollo's form, and must be an object: the text of each document by its id"

const manifest = z
  .string()
  .transform((text, context): unknown => {
    const fail = (message: string) => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    try {
      const read: unknown = JSON.parse(text)
      return apolloManifest.safeParse(read).success ? fail(apolloForm) : read
    } catch {
      return fail('the manifest of documents is not JSON')
    }
  })
  .pipe(
    z.record(z.string(), z.string({ error: 'must be the text of a document' }), {
      error: 'the manifest of documents must be an object: the text of each document by its id',
    }),
  )

function problem(file: string, { path, message }: z.core.$ZodIssue): string {
  return [file, ...path, message].join(': ')
}

/** Some clients put `sha256:` before the id, and some do not. */
function bare(id: string): string {
  return id.replace(/^sha256:/, '')
}

function parsed(text: string): DocumentNode | { readonly problem: string } {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    return { problem: `is no GraphQL document (${error.message})` }
  }
}

function isOperation({ kind }: DefinitionNode): boolean {
  return kind === Kind.OPERATION_DEFINITION
}
