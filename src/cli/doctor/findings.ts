/** What the doctor found out, as a sentence. It holds no secret. */
export interface Finding {
  /** `settings`, `redis`, `exports` or the name of a provider, after that of the account where an access file has some. */
  readonly subject: string
  /** `unchecked`: nothing was found wrong, as nothing could be asked. */
  readonly status: 'ok' | 'warning' | 'failed' | 'unchecked'
  readonly message: string
  /** The variables that it is about, and where each is set. */
  readonly variables?: Readonly<Record<string, string>>
  /** The entries of the catalog that it is about, each with the identities that it claims there. */
  readonly entries?: Readonly<Record<string, string>>
}

/** What the doctor told before it asked anybody. */
export interface Plan {
  readonly version: string
  /** What asking costs, by provider. */
  readonly costs: Readonly<Record<string, string>>
}

/** 0: nothing failed. 1: something did. */
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
