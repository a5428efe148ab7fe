import { expect } from 'vitest'
import type { Sandbox } from '../../src/sandbox.ts'
import { planted } from './outages.ts'

/** Every secret that the upstreams were given or sent so far: what must not come out of Isotherm anywhere. */
export function secretsOf({ emulators }: Sandbox): readonly string[] {
  const credentials = emulators.flatMap(({ environment }) =>
    Object.entries(environment).flatMap(([name, value]) => (/KEY|SECRET|CLIENT/.test(name) ? [value] : [])),
  )
  const carried = emulators.flatMap(({ journal }) =>
    journal.calls.flatMap(({ path, headers }) => [
      ...['token', 'Signature'].map(name => new URLSearchParams(path.split('?')[1]).get(name)),
      headers.authorization?.replace('Bearer ', ''),
      headers['x-api-key'],
      headers['dd-api-key'],
      headers['dd-application-key'],
    ]),
  )
  const known = [...credentials, ...carried].flatMap(secret => (typeof secret === 'string' ? [secret] : []))
  return [...new Set([...known, ...Object.values(planted)])]
}

/** None of the secrets is in the text, whole, encoded or in part. */
export function expectDiscreet(secrets: readonly string[], text: string): void {
  for (const secret of secrets.flatMap(formsOf)) expect(text).not.toContain(secret)
  // Those that are planted here start alike, and a parser that quotes a body cuts it short.
  expect(text).not.toMatch(/planted/i)
}

function formsOf(secret: string): readonly string[] {
  // A token of three parts is as secret in its last part alone.
  const parts = secret.split('.')
  const forms = [secret, ...(parts.length === 3 ? parts.slice(1) : [])]
  return forms.flatMap(form => [
    form,
    encodeURIComponent(form),
    Buffer.from(form).toString('base64'),
    Buffer.from(form).toString('base64url'),
  ])
}
