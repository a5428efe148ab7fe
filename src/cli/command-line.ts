import { parseArgs } from 'node:util'
import { cutText } from '../upstream/cut-text.ts'
import { type ExportWords, readExportWords } from './export/export-words.ts'

/** The command that a command line names. */
export type Command =
  | { readonly name: 'serve' | 'mcp' | 'help' | 'version' | 'keys list' }
  | { readonly name: 'doctor'; readonly isJson: boolean }
  | { readonly name: 'keys create'; readonly caller: string }
  | { readonly name: 'export'; readonly words: ExportWords }

/** A command line that names no command. Its message is a sentence for the person who wrote it. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

/** Without a command it is `serve`. Throws WrongUsage. */
export function readCommand(words: readonly string[]): Command {
  const [first, ...rest] = words
  if (first === 'export' && !rest.includes('--help') && !rest.includes('-h')) return exportCommand(rest)
  const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true })
  const named = tokens.flatMap(token => (token.kind === 'option' ? [token] : []))
  for (const { name, rawName, value } of named) {
    if (!Object.hasOwn(options, name)) throw new WrongUsage(`${shown(rawName)} is no option of isotherm.`)
    if (value !== undefined) throw new WrongUsage(`${rawName} takes no value.`)
  }
  const has = (name: keyof typeof options) => named.some(option => option.name === name)
  if (has('help')) return { name: 'help' }
  if (has('version')) return { name: 'version' }
  const positionals = tokens.flatMap(token => (token.kind === 'positional' ? [token.value] : []))
  const command = commandOf(positionals, has('json'))
  if (has('json') && command.name !== 'doctor')
    throw new WrongUsage(`--json is no option of isotherm ${command.name}.`)
  return command
}

const options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  json: { type: 'boolean' },
} as const

function commandOf([name = 'serve', ...rest]: readonly string[], isJson: boolean): Command {
  switch (name) {
    case 'serve':
    case 'mcp':
      none(name, rest)
      return { name }
    case 'doctor':
      none(name, rest)
      return { name, isJson }
    case 'help':
    case 'export':
      return { name: 'help' }
    case 'keys':
      return keysCommand(rest)
    default:
      throw new WrongUsage(`${shown(name)} is no command of isotherm.`)
  }
}

function exportCommand(rest: readonly string[]): Command {
  const words = readExportWords(rest)
  if (typeof words === 'string') throw new WrongUsage(words)
  return { name: 'export', words }
}

function keysCommand([name, ...rest]: readonly string[]): Command {
  if (name === undefined) throw new WrongUsage('isotherm keys needs a command: create or list.')
  if (name === 'list') {
    none('keys list', rest)
    return { name: 'keys list' }
  }
  if (name !== 'create') throw new WrongUsage(`${shown(name)} is no command of isotherm keys.`)
  const [caller, ...more] = rest
  if (!caller) throw new WrongUsage('isotherm keys create needs the id of a caller.')
  none('keys create <caller>', more)
  return { name: 'keys create', caller }
}

function none(command: string, [word]: readonly string[]): void {
  if (word !== undefined) throw new WrongUsage(`isotherm ${command} takes no ${shown(word)}.`)
}

/** The words as written, on one line of bounded length. */
function shown(word: string): string {
  return JSON.stringify(cutText(word, 80))
}
