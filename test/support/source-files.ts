import { glob, readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join, normalize } from 'node:path'

/** In quotes of any kind. */
const strings = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/
const root = join(import.meta.dirname, '../..')

export interface Source {
  readonly path: string
  readonly lines: number
  /** Without comments. */
  readonly code: string
  /** Every identifier and key. */
  readonly names: readonly string[]
  readonly imports: readonly Import[]
}

export interface Import {
  readonly from: string
  /** A file below the root, or a package. */
  readonly to: string
  /** What is imported at run time; `*` for all of it. */
  readonly values: readonly string[]
}

export function importsOf(sources: readonly Source[], folder: string): readonly Import[] {
  return sources.filter(({ path }) => path.startsWith(folder)).flatMap(({ imports }) => imports)
}

export function isOurs(path: string): boolean {
  return /^(src|schema|test)\//.test(path)
}

export async function readFiles(pattern: string): Promise<readonly Source[]> {
  const paths = await Array.fromAsync(
    glob(pattern, { cwd: root, exclude: ['**/generated/**', '**/node_modules/**'] }),
  )
  return Promise.all(paths.map(async path => scan(path, await readFile(join(root, path), 'utf8'))))
}

export function scan(path: string, text: string): Source {
  const code = withoutComments(text)
  const values = new Map<string, string[]>()
  for (const [to, value] of importedNames(withoutComments(stripTypeScriptTypes(text)))) {
    values.set(to, [...(values.get(to) ?? []), value])
  }
  const imports = [...code.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, to = '']) => ({
    from: path,
    to: to.startsWith('.') ? normalize(join(path, '..', to)) : to,
    values: values.get(to) ?? [],
  }))
  const names = code.replace(new RegExp(strings, 'g'), "''").match(/[a-zA-Z_$][\w$]*/g) ?? []
  return { path, lines: text.split('\n').length - 1, code, names, imports }
}

/** Each specifier with each name that is imported from it, of code without types. */
function importedNames(code: string): [specifier: string, name: string][] {
  const bare = code.matchAll(/\bimport\s*\(?\s*'([^']+)'/g)
  const named = code.matchAll(/\b(?:import|export)\s+([^'`;]*?)\s*\bfrom\s*'([^']+)'/g)
  return [
    ...[...bare].map(([, to = '']): [string, string] => [to, '*']),
    ...[...named].flatMap(([, what = '', to = '']) =>
      namesIn(what).map((name): [string, string] => [to, name]),
    ),
  ]
}

/** `{ a, b as c }` names a and b; anything else the whole module. */
function namesIn(what: string): string[] {
  const list = /^\{([^}]*)\}$/.exec(what)?.[1]
  if (list === undefined) return ['*']
  return list
    .split(',')
    .map(part => part.trim().split(/\s/)[0] ?? '')
    .filter(Boolean)
}

/** Strings are looked at so that a media type with slashes and asterisks is no comment. */
function withoutComments(text: string): string {
  const comments = /(?<=^|\s)\/\/.*$|\/\*[\s\S]*?\*\//
  const either = new RegExp(`(${strings.source})|${comments.source}`, 'gm')
  return text.replace(either, (_all, string: string | undefined) => string ?? '')
}
