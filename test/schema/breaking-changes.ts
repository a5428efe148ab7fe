import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core'
import {
  buildASTSchema,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  parse,
  visit,
} from 'graphql'
import { lostKeys } from './lost-keys.ts'

/**
 * What breaks clients of the released schema in the current one and is not declared, a sentence each that begins with the
 * coordinate. It is declared where the changelog names the coordinate in backticks under Breaking of what is unreleased:
 * `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE`, `@directive` or, of a kind of operation, `schema.subscription`.
 */
export async function undeclaredChanges(
  released: string,
  current: string,
  changelog: string,
): Promise<readonly string[]> {
  const declared = declaredCoordinates(changelog)
  const [before, after] = [schemaOf(released), schemaOf(current)]
  const couldBeLeftOut = new Set(inputsOf(before).flatMap(({ path, isRequired }) => (isRequired ? [] : path)))
  const mustBeGiven = new Set(inputsOf(after).flatMap(({ path, isRequired }) => (isRequired ? path : [])))
  const newlyRequired = couldBeLeftOut.intersection(mustBeGiven)
  const changes = (await diff(before, after))
    .map(change => ({ ...change, path: change.path ?? partOfSchema(change) }))
    .filter(
      ({ criticality, path }) => criticality.level === CriticalityLevel.Breaking || newlyRequired.has(path),
    )
  return [...changes, ...lostKeys(released, current)]
    .filter(({ path }) => !declared.has(path))
    .map(({ path, message }) => `${path}: ${message}`)
    .toSorted()
}

/** Without what is said to gateways alone, whose directives a subgraph uses and does not define. */
function schemaOf(sdl: string): GraphQLSchema {
  const own = visit(parse(sdl), {
    Directive: ({ name }) => (directivesForGateways.has(name.value) ? null : undefined),
  })
  return buildASTSchema(own)
}

const directivesForGateways: ReadonlySet<string> = new Set([
  ...['link', 'key', 'shareable', 'authenticated', 'requiresScopes', 'cost', 'listSize'],
])

/** The place of a change to which graphql-inspector gives none. */
function partOfSchema({ type }: Change): string {
  const [, operation] = /^SCHEMA_(\w+)_TYPE_CHANGED$/.exec(type) ?? []
  return operation ? `schema.${operation.toLowerCase()}` : 'schema'
}

interface Input {
  readonly path: string
  readonly isRequired: boolean
}

/** Every argument and input field: graphql-inspector calls it merely dangerous if one of them loses its default. */
function inputsOf(schema: GraphQLSchema): readonly Input[] {
  const types = Object.values(schema.getTypeMap())
  return [
    ...schema.getDirectives().flatMap(({ name, args }) => inputsAt(`@${name}`, args)),
    ...types
      .filter(type => isObjectType(type) || isInterfaceType(type))
      .flatMap(type => Object.values(type.getFields()).map(field => ({ type, field })))
      .flatMap(({ type, field }) => inputsAt(`${type.name}.${field.name}`, field.args)),
    ...types.filter(isInputObjectType).flatMap(type => inputsAt(type.name, Object.values(type.getFields()))),
  ]
}

function inputsAt(path: string, inputs: readonly (GraphQLArgument | GraphQLInputField)[]): readonly Input[] {
  return inputs.map(input => ({ path: `${path}.${input.name}`, isRequired: isRequiredArgument(input) }))
}

/** As graphql-inspector writes them, which has a dot before an argument as well. */
function declaredCoordinates(changelog: string): ReadonlySet<string> {
  const [, unreleased = ''] = /^## Unreleased$(.*?)(?=^## |$(?![\s\S]))/ms.exec(changelog) ?? []
  const [, breaking = ''] = /^### Breaking$(.*?)(?=^### |$(?![\s\S]))/ms.exec(unreleased) ?? []
  const coordinates = [...breaking.matchAll(/`(@?\w+(?:\.\w+)*)(?:\((\w+):\))?`/g)]
  return new Set(
    coordinates.map(([, member, argument]) => (argument ? `${member}.${argument}` : `${member}`)),
  )
}
