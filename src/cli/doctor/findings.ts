/** One finding of the doctor, as a sentence. It holds no secret. */
export interface Finding {
  /** `settings`, `redis`, `exports` or a provider's name, after the account's name if an access file has some. */
  readonly subject: string
  /** `unchecked`: no problem was found because nothing could be asked. */
  readonly status: 'ok' | 'warning' | 'failed' | 'unchecked'
  readonly message: string
  /** The variables that it is about, with the place where each is set. */
  readonly variables?: Readonly<Record<string, string>>
  /** The entries of the catalog that it is about, each with its identities at this vendor. */
  readonly entries?: Readonly<Record<string, string>>
}

/** What the doctor says before it asks anybody. */
export interface Plan {
  readonly version: string
  /** The costs of asking, by provider. */
  readonly costs: Readonly<Record<string, string>>
}

/** 0: nothing failed. 1: something failed. */
export function exitCodeOf(findings: readonly Finding[]): number {
  return findings.some(({ status }) => status === 'failed') ? 1 : 0
}

export function planText({ version, costs }: Plan): string {
  const names = Object.keys(costs)
  const width = Math.max(0, ...names.map(name => name.length))
  const rows = names.map(name => `  ${name.padEnd(width)}  ${costs[name]}\n`)
  return rows.length === 0
    ? `Isotherm ${version} asks no vendor.\n\n`
    : `Isotherm ${version} asks each vendor its cheapest question and changes nothing. It takes\n${rows.join('')}\n`
}

export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length))
  const rows = findings.map(
    ({ status, subject, message }) =>
      `${status.padEnd('unchecked'.length)}  ${subject.padEnd(width)}  ${message}`,
  )
  const failures = findings.filter(({ status }) => status === 'failed').length
  const end = failures === 0 ? 'All is well.' : `${failures} of ${findings.length} failed.`
  return `${rows.join('\n')}\n\n${end}\n`
}
