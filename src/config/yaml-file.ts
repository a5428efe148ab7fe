import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, type YAMLParseError } from 'yaml'
import type { z } from 'zod'
import { counted } from '../upstream/counted.ts'
import { resolveAliases } from './yaml-aliases.ts'

/** The place of a value in the file. */
export type Path = readonly (string | number)[]

export interface Problem {
  readonly path: Path
  readonly message: string
}

export type ReadYaml<Value> =
  | { readonly value: Value }
  | { readonly problems: readonly [string, ...string[]] }

/** A mistake behind an anchor counts once for each entry that repeats it, which may be ten thousand. */
const mostProblems = 1000

/**
 * Reads a YAML text in this form. Every problem is a sentence that names the file, the line and the entry. Numbers are read as
 * texts. `check` finds problems between entries, even if the content has other problems.
 */
export function readYaml<Value>(
  text: string,
  file: string,
  form: z.ZodType<Value>,
  check: (content: unknown) => readonly Problem[] = () => [],
): ReadYaml<Value> {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Numbers stay as written: an upstream id would lose leading zeros, and a long one its last digits.
    customTags: tags => tags.filter(tag => typeof tag === 'string' || !/:(int|float)$/.test(tag.tag)),
  })
  const syntaxProblems = [
    ...document.errors.map(error => ({ offset: error.pos[0], message: sentenceOf(error) })),
    ...resolveAliases(document),
  ]
  // `resolveAliases` has bounded all aliases; the parser would bound how often one is used.
  const content: unknown = syntaxProblems.length > 0 ? {} : (document.toJS({ maxAliasCount: -1 }) ?? {})
  const parsed = form.safeParse(content)
  // Nothing more can be said of a text that is no YAML.
  const found =
    syntaxProblems.length > 0 ? [] : [...(parsed.success ? [] : issuesOf(parsed.error)), ...check(content)]
  const located = found.slice(0, mostProblems).map(({ path, message }) => ({
    offset: offsetOf(document, path),
    message: path.length > 0 ? `${entryName(document, path)}: ${message}` : message,
  }))
  const [first, ...others] = [...syntaxProblems.slice(0, mostProblems), ...located].map(
    ({ offset, message }) => `${file}:${lines.linePos(offset).line}: ${message}`,
  )
  const unlisted = syntaxProblems.length + found.length - mostProblems
  if (first !== undefined)
    return {
      problems: [
        first,
        ...others,
        ...(unlisted > 0 ? [`${file}: ${counted(unlisted, 'more mistake')}`] : []),
      ],
    }
  return { value: form.parse(content) }
}

/** The parser's message without the parts that quote the file: a secret may stand in the wrong place. */
function sentenceOf({ code, message }: YAMLParseError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here, and the file must be one'
  if (code === 'RESOURCE_EXHAUSTION') return 'the file is nested too deep'
  if (code === 'BAD_DIRECTIVE') return 'a directive that cannot be read'
  return quoting.has(code) ? message.replace(/: .*$/s, '') : message
}

/** Their messages quote the file after a colon. */
const quoting: ReadonlySet<string> = new Set(['UNEXPECTED_TOKEN', 'TAG_RESOLVE_FAILED'])

function issuesOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap(issue => {
    const path = issue.path.filter(key => typeof key !== 'symbol')
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
    return issue.keys.map(key => ({ path: [...path, key], message: 'is not a key that is known here' }))
  })
}

/** The offset of the nearest part of the path that the file holds; a member begins with its key. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true)
    const member = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === path[length - 1])?.key
      : document.getIn(path.slice(0, length), true)
    if (isNode(member) && member.range) return member.range[0]
  }
  return 0
}

/** `locations.oxford-street.timeZone`: by the entry's id if it has one. */
function entryName(document: Document, [list, index, ...rest]: Path): string {
  const id: unknown = index === undefined ? undefined : document.getIn([list, index, 'id'])
  return [list, typeof id === 'string' ? id : index, ...rest].filter(part => part !== undefined).join('.')
}
