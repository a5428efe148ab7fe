import { readVersion } from '../version.ts'
import { type Command, readCommand, WrongUsage } from './command-line.ts'
import type { CommandOptions } from './command-options.ts'
import { print } from './print.ts'
import { usage } from './usage.ts'

interface StartedOptions extends Omit<CommandOptions, 'print'> {
  /** Whether the file .env is missing, or was read into the environment. */
  readonly isFileReadable: boolean
}

/** Runs the command of a command line, and returns the exit code. */
export async function runCommand(
  words: readonly string[],
  { isFileReadable, ...options }: StartedOptions,
): Promise<number> {
  // If nobody reads the error, the exit code still shows it.
  process.stderr.on('error', () => {})
  try {
    const command = readCommand(words)
    // `help` works even with settings that cannot be read.
    if (!isFileReadable && command.name !== 'help' && command.name !== 'version') {
      process.stderr.write('.env: the file cannot be read. It holds settings, one a line.\n')
      return 2
    }
    return await run(command, { ...options, print })
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error
    process.stderr.write(`${error.message}\n\n${usage}`)
    return 2
  }
}

/** Each command is imported when it runs, so that the server starts without the others. */
async function run(command: Command, options: CommandOptions): Promise<number> {
  switch (command.name) {
    case 'serve':
      return (await import('../run.ts')).run(options.environment, options)
    case 'mcp':
      return (await import('../run-tools.ts')).runTools(options.environment, options)
    case 'help':
      options.print(usage)
      return 0
    case 'version':
      options.print(`${await readVersion()}\n`)
      return 0
    case 'doctor':
      return (await import('./doctor/doctor.ts')).examine(command.isJson, options)
    case 'export':
      return (await import('./export/export.ts')).runExport(command.words, options)
    case 'keys create':
      return (await import('./keys.ts')).printNewKey(command.caller, options)
    case 'keys list':
      return (await import('./keys.ts')).printKeys(options)
  }
}
