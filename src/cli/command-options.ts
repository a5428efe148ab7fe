import type { Environment } from '../config/environment.ts'

/** The options of every command. */
export interface CommandOptions {
  readonly environment: Environment
  /** Names of the variables that were set before the file .env was read. */
  readonly inherited: ReadonlySet<string>
  /** Whether the sandbox stands in if no vendor is configured and no setting decides. */
  readonly sandboxByDefault: boolean
  /** Prints the output of the command; mistakes go to standard error. */
  readonly print: (text: string) => void
}
