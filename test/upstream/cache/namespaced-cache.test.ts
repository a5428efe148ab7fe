import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCache } from '../../../src/upstream/cache/cache.ts'
import { namespacedCache } from '../../../src/upstream/cache/namespaced-cache.ts'

const hour = 3_600_000
const text = fc.stringMatching(/^[a ,"]{0,4}$/)
const owner = fc.array(text, { maxLength: 3 })

test('two owners in one cache see nothing of each other, and clear no group of the other', async () => {
  await using cache = openCache({ bytes: 1_000_000, namespace: 'one' })
  await fc.assert(
    fc.asyncProperty(owner, owner, text, async (me, them, name) => {
      fc.pre(JSON.stringify(me) !== JSON.stringify(them))
      const [mine, theirs] = [namespacedCache(cache, me), namespacedCache(cache, them)]
      await mine.set(name, { value: 'mine', at: 1 }, hour, await mine.tagVersion(name))
      expect(await theirs.get(name)).toBeUndefined()
      await theirs.clear(name)
      expect(await namespacedCache(cache, me).get(name)).toEqual({ value: 'mine', at: 1 })
      await mine.clear(name)
      expect(await mine.get(name)).toBeUndefined()
    }),
  )
})
