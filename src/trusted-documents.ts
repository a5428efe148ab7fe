import { type DocumentNode, GraphQLError, parse } from 'graphql'
import { z } from 'zod'
import { KnownDocuments } from './known-documents.ts'

/** What happens to a document that is not in the manifest: it is answered, answered and logged, or refused. */
export const documentModes = ['off', 'log', 'refuse'] as const

export type DocumentMode = (typeof documentModes)[number]

export interface DocumentSettings {
  readonly mode: DocumentMode
  /** How long browsers and caches may keep what a GET by id was answered. */
  readonly freshSeconds: number
}

/** The documents of a manifest, by id and as such. */
export class TrustedDocuments {
  readonly #texts = new Map<string, string>()
  readonly #known = new KnownDocuments()
  readonly #looked = new WeakMap<DocumentNode, boolean>()

  /** Throws a GraphQLError at a text that is no document. */
  add(id: string, text: string): void {
    this.#known.add(parse(text))
    this.#texts.set(bare(id), text)
  }

  get count(): number {
    return this.#texts.size
  }

  textOf(id: string): string | undefined {
    return this.#texts.get(bare(id))
  }

  /** Whether it is one of them, in another layout or order. */
  has(document: DocumentNode): boolean {
    const known = this.#looked.get(document) ?? this.#known.has(document)
    this.#looked.set(document, known)
    return known
  }
}

/** Reads a manifest: JSON, the text of each document by its id. Every problem comes back as a sentence that names the file. */
export function readManifest(
  text: string,
  file: string,
): { readonly documents: TrustedDocuments } | { readonly problems: readonly string[] } {
  const parsed = manifest.safeParse(text)
  if (!parsed.success) return { problems: parsed.error.issues.map(issue => problem(file, issue)) }
  const documents = new TrustedDocuments()
  const problems: string[] = []
  for (const [id, document] of Object.entries(parsed.data)) {
    try {
      documents.add(id, document)
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      problems.push(`${file}: ${id}: is no GraphQL document (${error.message})`)
    }
  }
  return problems.length > 0 ? { problems } : { documents }
}

const manifest = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue({ code: 'custom', message: 'the manifest of documents is not JSON' })
      return z.NEVER
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

/** Some clients name the hash that an id is, and some do not. */
function bare(id: string): string {
  return id.replace(/^sha256:/, '')
}
