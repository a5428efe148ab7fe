import { expect, test } from 'vitest'
import { type Handles, openHandles, WrongHandle } from '../../src/images/handles.ts'
import { rememberHandles } from '../../src/images/remembered-handles.ts'

test('a handle is decrypted once until it expires, and one that is none each time', async () => {
  let now = 1_800_000_000_000
  const identities = { posthog: ['https://us.posthog.com/', 'phx_key'] }
  const handles = openHandles({ keys: ['k'.repeat(32)], lifeSeconds: 70, identities, now: () => now })
  let reads = 0
  const counted: Handles = {
    make: handles.make,
    read(handle) {
      reads++
      return handles.read(handle)
    },
  }
  const remembered = rememberHandles(counted, () => now)
  const scope = { kind: 'projects', id: '1' } as const
  const uuid = '497f6eca-6276-4993-bfeb-53cbbbba6f08'
  const handle = await remembered.make({ provider: 'posthog', scope, uuid, width: 1024 })
  const first = await remembered.read(handle)
  expect(await remembered.read(handle)).toEqual(first)
  expect(reads).toBe(1)
  now = first.expiresAt - 1
  expect(await remembered.read(handle)).toEqual(first)
  now = first.expiresAt
  await expect(remembered.read(handle)).rejects.toMatchObject({ isExpired: true })
  for (const _ of [1, 2]) await expect(remembered.read(`${handle}x`)).rejects.toThrow(WrongHandle)
  expect(reads).toBe(4)
})
