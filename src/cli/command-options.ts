import type { Environment } from '../config/environment.ts'

/** What a command is run with. */
export interface CommandOptions {
  readonly environment: Environment
  /** Names of the variables that were set before a file .env was read. */
  readonly inherited: ReadonlySet<string>
  /** Whether made-up data stands in if no vendor is configured and nothing says otherwise. */
  readonly sandboxByDefault: boolean
  /** Takes what the command is asked for; mistakes go to standard error. */
  readonly print: (text: string) => void
}
