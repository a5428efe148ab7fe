import { beforeAll, describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config/environment.ts'
import { FailureEverythingDocument } from '../generated/graphql.ts'
import { ask } from '../support/client.ts'
import { referencesIn } from '../support/image-references.ts'
import { fieldsOf, outages } from '../support/outages.ts'
import { expectDiscreet, secretsOf } from '../support/secrets.ts'
import { type Served, serve } from '../support/serving.ts'

const range = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }

/** The answer when all is well. */
let healthy: unknown

beforeAll(async () => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, FailureEverythingDocument, { range })
  expect(errors).toEqual([])
  healthy = await legible(data, served)
})

test('when all is well every field has data', () => {
  for (const field of Object.values(fieldsOf).flat()) {
    expect(healthy).toHaveProperty(field)
    expect(comparable(healthy, new Set([field])), field).not.toEqual(comparable(healthy))
  }
  expect(JSON.stringify(healthy)).not.toContain('[]')
})

const cases = outages.map(outage => [`${outage.provider} ${outage.what}`, outage] as const)

describe.concurrent('its own fields are null and tell why without a secret, and all others are as ever', () => {
  test.each(cases)('%s', async (_name, outage) => {
    await using served = await serve({ environment: outage.environment })

    for (const fault of outage.faults) served.sandbox[outage.provider].journal.script(fault)

    const { status, data, errors, text } = await ask(served.origin, FailureEverythingDocument, { range })

    expect(status).toBe(200)
    const fields = errors.map(({ path = [] }) => path.join('.')).sort()
    expect(fields).toEqual([...outage.fields].sort())
    for (const { extensions, message } of errors) {
      expect(extensions).toEqual(outage.extensions)
      expect(message).toMatch(/^[^.]+\.$/)
    }
    const told = await legible(data, served, outage.environment)
    expect(comparable(told)).toEqual(comparable(healthy, new Set(outage.fields)))

    expect(served.log).toContainEqual(expect.stringContaining(`${outage.provider} ${outage.extensions.code}`))
    expectDiscreet(secretsOf(served.sandbox), text + served.log.join('\n'))
  })
})

/** The data, and of links the images that they are for: host, expiry and key differ every time. */
async function legible(data: unknown, { sandbox }: Served, environment: Environment = {}): Promise<unknown> {
  const text = JSON.stringify(data)
  const references = await referencesIn({ ...sandbox.environment(), ...environment }, text)
  return JSON.parse(text, (_key, value) => references.get(value) ?? value)
}

/** The data with these fields null. */
function comparable(value: unknown, nulled: ReadonlySet<string> = new Set(), path = ''): unknown {
  if (nulled.has(path)) return null
  if (typeof value !== 'object' || value === null) return value
  const inner = (key: string | number) => (path ? `${path}.${key}` : String(key))
  if (Array.isArray(value)) return value.map((item, index) => comparable(item, nulled, inner(index)))
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, comparable(member, nulled, inner(key))]),
  )
}
