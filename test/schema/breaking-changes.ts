import { CriticalityLevel, diff } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'

/**
 * What breaks clients of the released schema in the current one and is not declared, a sentence each that begins with the
 * coordinate. It is declared where the changelog names the coordinate in backticks under **Breaking** of what is unreleased:
 * `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE` or `@directive`.
 */
export async function undeclaredChanges(
  released: string,
  current: string,
  changelog: string,
): Promise<readonly string[]> {
  const declared = declaredCoordinates(changelog)
  const changes = await diff(buildSchema(released), buildSchema(current))
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .filter(({ path = '' }) => !declared.has(path))
    .map(({ path, message }) => `${path}: ${message}`)
    .toSorted()
}

/** As graphql-inspector writes them, which has a dot before an argument as well. */
function declaredCoordinates(changelog: string): ReadonlySet<string> {
  const [, unreleased = ''] = /^## Unreleased$(.*?)(?=^## |$(?![\s\S]))/ms.exec(changelog) ?? []
  const [, breaking = ''] = unreleased.split('**Breaking**')
  const coordinates = [...breaking.matchAll(/`(@?\w+(?:\.\w+)*)(?:\((\w+):\))?`/g)]
  return new Set(
    coordinates.map(([, member, argument]) => (argument ? `${member}.${argument}` : `${member}`)),
  )
}
