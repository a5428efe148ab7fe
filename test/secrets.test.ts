import { expect, test } from 'vitest'
import type { Sandbox } from '../src/sandbox.ts'
import { FailureBrandDocument, FailureEverythingDocument } from './generated/graphql.ts'
import { ask } from './support/client.ts'
import { referencesIn } from './support/image-references.ts'
import { expectDiscreet, secretsOf } from './support/secrets.ts'
import { serve } from './support/serving.ts'
import { linksIn, told } from './support/told-images.ts'

const range = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }

test('a signed URL stands nowhere, and no other secret either', async () => {
  await using served = await serve()
  const { text, errors } = await ask(served.origin, FailureEverythingDocument, { range })
  expect(errors).toEqual([])
  const links = linksIn(text)
  expect(links.length).toBeGreaterThan(0)
  const images = await Promise.all(links.map(async link => told(await fetch(link))))
  const secrets = secretsOf(served.sandbox)
  expect(signedIn(served.sandbox)).toBeGreaterThan(0)
  // What only the server can read in its links.
  const references = await referencesIn(served.sandbox.environment(), text)
  expect([...references.keys()].sort()).toEqual([...new Set(links)].sort())
  const hidden = JSON.stringify([...references.values()])
  expect(hidden).toContain('aura-vision')
  expectDiscreet(secrets, [text, hidden, ...images, ...served.log].join('\n'))
  expect(text + hidden).not.toMatch(/Signature|Expires/)
})

test('a signed URL on a host that nobody allowed is told without the URL', async () => {
  await using served = await serve({ environment: { AURA_VISION_IMAGE_HOSTS: 'images.example.com' } })
  const { text } = await ask(served.origin, FailureEverythingDocument, { range })
  const answers = await Promise.all(linksIn(text).map(async link => told(await fetch(link))))
  expect(answers.join()).toContain('UPSTREAM_INVALID_RESPONSE')
  expect(answers.join() + served.log.join('\n')).not.toMatch(/127\.0\.0\.1|Signature|Expires/)
  expectDiscreet(secretsOf(served.sandbox), text + answers.join())
  expect(signedIn(served.sandbox)).toBe(0)
})

test("an upstream's cursor is none of ours", async () => {
  await using served = await serve()
  const page = { cursor: 'planted-cursor', data: [1, 2, 3].map(locationId => ({ locationId })) }
  const { journal } = served.sandbox.analytiks
  journal.script({ route: 'POST /json/v3', times: 1, answer: { body: page } })
  const { data, text, errors } = await ask(served.origin, FailureBrandDocument, { range, first: 2 })
  expect(errors).toEqual([])
  expect(data.brand?.traffic?.pageInfo.endCursor).toEqual(expect.any(String))
  expectDiscreet(secretsOf(served.sandbox), text)

  journal.script({ route: 'POST /json/v3', times: 1, answer: { body: page } })
  const failed = await ask(served.origin, FailureBrandDocument, { range, first: 4 })
  expect(journal.calls.at(-1)?.body).toMatchObject({ cursor: 'planted-cursor' })
  expect(failed.errors).toHaveLength(1)
  expectDiscreet(secretsOf(served.sandbox), failed.text + served.log.join('\n'))
})

/** How many signed URLs were used. */
function signedIn({ 'aura-vision': auraVision }: Sandbox): number {
  return auraVision.journal.calls.filter(({ path }) => path.includes('Signature=')).length
}
