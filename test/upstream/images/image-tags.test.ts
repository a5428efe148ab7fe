import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ImageTags } from '../../../src/upstream/images/image-tags.ts'

const urls = ['a', 'b']
const bodies = ['xy', 'xz'].map(text => Buffer.from(text))
const first = [Buffer.from('x')]

test('no two images ever have the same tag, and one that is remembered keeps its own', () => {
  const step = fc.record({ url: fc.constantFrom(...urls), body: fc.nat(1), isEarly: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), steps => {
      const tags = new ImageTags()
      const bodyOf = new Map<string, number>()
      const lastOf = new Map<string, { tag: string; body: number }>()
      for (const { url, body, isEarly } of steps) {
        const head = { url, byteLength: 2, first }
        const early = isEarly ? tags.early(head) : undefined
        const tag = tags.tagOf(head, [bodies[body] ?? Buffer.of()])
        const last = lastOf.get(url)
        // Early, an image can only be told by its beginning: the tag is that of the last with the same one.
        if (early !== undefined && last?.body === body) expect(early).toBe(tag)
        if (last?.body === body) expect(tag).toBe(last.tag)
        expect(bodyOf.get(tag) ?? body).toBe(body)
        bodyOf.set(tag, body)
        lastOf.set(url, { tag, body })
      }
    }),
  )
})

test('an image that was never sent early has a tag of its bytes, the same in every process', () => {
  const head = { url: 'a', byteLength: 2, first }
  const tag = new ImageTags().tagOf(head, [Buffer.from('x'), Buffer.from('y')])
  expect(tag).toMatch(/^"[\w-]{22}"$/)
  expect(new ImageTags().tagOf({ ...head, url: 'b' }, [Buffer.from('xy')])).toBe(tag)
})
