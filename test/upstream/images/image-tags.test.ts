import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ImageTags } from '../../../src/upstream/images/image-tags.ts'

const urls = ['a', 'b']
const bodies = ['xyyy', 'xyyz', 'xzyy'].map(text => Buffer.from(text))
const first = [Buffer.from('x')]

test('no two images ever have the same tag or begin under the same, and one that is remembered keeps its own', () => {
  const step = fc.record({
    url: fc.constantFrom(...urls),
    body: fc.nat(2),
    isEarly: fc.boolean(),
    /** After how many bytes it breaks off. */
    brokenAfter: fc.option(fc.integer({ min: 1, max: 3 })),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), steps => {
      const tags = new ImageTags()
      const bodyOf = new Map<string, number>()
      const begunUnder = new Map<string, Buffer[]>()
      const lastOf = new Map<string, { tag: string; body: number }>()
      for (const { url, body, isEarly, brokenAfter } of steps) {
        const head = { address: url, byteLength: 4, first }
        const bytes = bodies[body] ?? Buffer.of()
        const early = isEarly ? tags.early(head) : undefined
        if (early !== undefined)
          begunUnder.set(early, [...(begunUnder.get(early) ?? []), bytes.subarray(0, brokenAfter ?? 3)])
        if (brokenAfter !== null) {
          tags.brokeOff(head, [bytes.subarray(0, brokenAfter)])
          lastOf.delete(url)
          continue
        }
        const tag = tags.tagOf(head, [bytes])
        const last = lastOf.get(url)
        // Early, an image can only be told by its beginning: the tag is that of the last with the same one.
        if (early !== undefined && last?.body === body) expect(early).toBe(tag)
        if (last?.body === body) expect(tag).toBe(last.tag)
        expect(bodyOf.get(tag) ?? body).toBe(body)
        for (const begun of begunUnder.get(tag) ?? [])
          expect(bytes.subarray(0, begun.byteLength)).toEqual(begun)
        bodyOf.set(tag, body)
        lastOf.set(url, { tag, body })
      }
    }),
  )
})

test('an image that broke off keeps its tag if it comes again with the same beginning', () => {
  const tags = new ImageTags()
  const head = { address: 'a', byteLength: 4, first }
  const tag = tags.early(head)
  tags.brokeOff(head, [Buffer.from('xy')])
  tags.brokeOff(head, [Buffer.from('x'), Buffer.from('yy')])
  expect(tags.early(head)).toBe(tag)
  expect(tags.tagOf(head, [Buffer.from('xyyz')])).toBe(tag)
})

test('a checksum under which a part of another image may have been sent is no tag any more', () => {
  const head = { address: 'a', byteLength: 4, first }
  const [one, other] = [[Buffer.from('xyyy')], [Buffer.from('xzyy')]]
  for (const isWhole of [true, false]) {
    const tags = new ImageTags()
    const tag = tags.tagOf(head, one)
    expect(tags.early(head)).toBe(tag)
    if (isWhole) tags.tagOf(head, other)
    else tags.brokeOff(head, other)
    expect(tags.tagOf(head, one)).not.toBe(tag)
  }
})

test('an image that was never sent early has a tag of its bytes, the same in every process', () => {
  const head = { address: 'a', byteLength: 2, first }
  const tag = new ImageTags().tagOf(head, [Buffer.from('x'), Buffer.from('y')])
  expect(tag).toMatch(/^"[\w-]{22}"$/)
  expect(new ImageTags().tagOf({ ...head, address: 'b' }, [Buffer.from('xy')])).toBe(tag)
})
