import { sortExecutableDocument } from '@graphql-tools/documents'
import { type ASTNode, BREAK, type DefinitionNode, type DocumentNode, Kind, print, visit } from 'graphql'

const mutationType = 'Mutation'

/**
 * Recognises added documents in any layout or order. The order of arguments counts, and so does the order of a mutation's root
 * fields, which run one after the other.
 */
export class KnownDocuments {
  readonly #canonical = new Set<string>()
  readonly #pieces = new Set<string>()
  #mostPieces = 0

  add(document: DocumentNode): void {
    const pieces = piecesOf(document, Number.POSITIVE_INFINITY)
    this.#mostPieces = Math.max(this.#mostPieces, pieces.length)
    this.#pieces.add(sorted(pieces))
    this.#canonical.add(canonical(document))
  }

  /** Never costs more than reading the largest added document: anybody may ask, and sorting takes far longer than reading. */
  has(document: DocumentNode): boolean {
    const pieces = piecesOf(document, this.#mostPieces)
    if (pieces.length > this.#mostPieces || !this.#pieces.has(sorted(pieces))) return false
    return this.#canonical.has(canonical(document))
  }
}

/** The pieces of a document, which reordering does not change. Stops at one more than `most`. */
function piecesOf(document: DocumentNode, most: number): readonly string[] {
  const pieces: string[] = []
  visit(document, {
    enter(node) {
      pieces.push(pieceOf(node))
      return pieces.length > most ? BREAK : undefined
    },
  })
  return pieces
}

function pieceOf(node: ASTNode): string {
  return 'value' in node && typeof node.value !== 'object' ? `${node.kind} ${node.value}` : node.kind
}

function sorted(pieces: readonly string[]): string {
  return pieces.toSorted().join('\n')
}

/** Sorts as the client preset sorts a manifest. It also sorts fragments of mutations, whose order matters. */
function canonical(document: DocumentNode): string {
  const root = document.definitions.filter(isOfMutations).map(withoutSelections)
  return [print(sortExecutableDocument(document)), ...root.toSorted()].join('\n')
}

function isOfMutations(definition: DefinitionNode): boolean {
  return definition.kind === Kind.FRAGMENT_DEFINITION && definition.typeCondition.name.value === mutationType
}

/** Its root fields, without their selections. */
function withoutSelections(definition: DefinitionNode): string {
  return print(visit(definition, { Field: field => ({ ...field, selectionSet: undefined }) }))
}
