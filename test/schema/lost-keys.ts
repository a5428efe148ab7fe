import { Kind, parse, print } from 'graphql'

interface Promised {
  readonly path: string
  readonly message: string
}

/**
 * What other graphs of a federation could rely on and no longer can: the keys of entities and what is shareable, each with its
 * type. A key by which an entity is found now, and was only named before, is not lost.
 */
export function lostKeys(released: string, current: string): readonly Promised[] {
  const kept = new Set(promisedIn(current).flatMap(({ message }) => [message, withoutFinding(message)]))
  return promisedIn(released)
    .filter(({ message }) => !kept.has(message))
    .map(({ path, message }) => ({ path, message: `${message} was removed` }))
}

function promisedIn(sdl: string): readonly Promised[] {
  return parse(sdl)
    .definitions.filter(definition => definition.kind === Kind.OBJECT_TYPE_DEFINITION)
    .flatMap(({ name: { value: path }, directives = [] }) =>
      directives
        .filter(({ name }) => name.value === 'key' || name.value === 'shareable')
        .map(directive => ({ path, message: `${path} ${print(directive)}` })),
    )
}

function withoutFinding(key: string): string {
  return key.replace(/\)$/, ', resolvable: false)')
}
