import { callerId, readAccessFile } from '../access/access-file.ts'
import { type KeyListing, listKeys, mintKey } from '../access/keys.ts'
import { generalSettings } from '../config/general-settings.ts'
import { readTextFile } from '../config/text-file.ts'
import { WrongUsage } from './command-line.ts'
import type { CommandOptions } from './command-options.ts'

/** Prints a new key and its line for the access file. Reads and changes no file. Throws WrongUsage for an invalid id. */
export function printNewKey(caller: string, { print }: Pick<CommandOptions, 'print'>): number {
  const parsed = callerId.safeParse(caller)
  if (!parsed.success)
    throw new WrongUsage(`The id of a caller ${parsed.error.issues[0]?.message ?? 'is wrong'}.`)
  const { key, line } = mintKey()
  print(`${key}\n${line}\n`)
  process.stderr.write(
    `The first line is the key of ${caller}: it is kept nowhere. The second belongs to its keys in the access file.\n`,
  )
  return 0
}

/** Prints a row for each key of the access file. Returns 0, or 2 if there is no readable file. */
export async function printKeys({ environment, print }: CommandOptions): Promise<number> {
  const { ISOTHERM_ACCESS: file } = generalSettings(environment)
  if (!file) return fail('ISOTHERM_ACCESS names no access file.')
  const found = await readTextFile(file, 'the access file')
  if ('problem' in found) return fail(found.problem)
  const read = readAccessFile(found.text, file)
  if ('problems' in read) return fail(read.problems.join('\n'))
  print(table([['caller', 'key', 'accounts', 'expires', 'scopes'], ...listKeys(read.value).map(rowOf)]))
  return 0
}

function rowOf({ caller, hash, accounts, expires, isExpired, scopes }: KeyListing): readonly string[] {
  const end = expires === undefined ? 'never' : `${expires.toISOString()}${isExpired ? ' (expired)' : ''}`
  return [caller, hash, accounts.join(','), end, scopes.join(',') || 'none']
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const lines = rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`)
  return 2
}
