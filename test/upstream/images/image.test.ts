import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutParts, imageTag } from '../../../src/upstream/images/image.ts'

const parts = fc.array(fc.uint8Array({ maxLength: 50 }).map(Buffer.from), { maxLength: 6 })
const head = { status: 200, headers: {} }

test('a cut has the same bytes however they were chunked', () => {
  fc.assert(
    fc.property(parts, fc.nat(300), fc.nat(300), (parts, start, end) => {
      expect(Buffer.concat(cutParts({ parts }, start, end))).toEqual(
        Buffer.concat(parts).subarray(start, end),
      )
    }),
  )
})

test('the tag of bytes is the same however they were chunked', () => {
  fc.assert(
    fc.property(parts, parts => {
      expect(imageTag(head, parts)).toBe(imageTag(head, [Buffer.concat(parts)]))
    }),
  )
})

test('other bytes have another tag', () => {
  const some = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }).map(Buffer.from), { minLength: 1 })
  fc.assert(
    fc.property(some, fc.nat(), fc.integer({ min: 1, max: 255 }), (parts, seed, change) => {
      const bytes = Buffer.concat(parts)
      const changed = Buffer.from(bytes)
      const place = seed % bytes.byteLength
      changed[place] = (changed[place] ?? 0) ^ change
      const tags = [bytes, changed, Buffer.concat([bytes, Buffer.alloc(1)]), bytes.subarray(1)]
      expect(new Set(tags.map(one => imageTag(head, [one]))).size).toBe(4)
    }),
  )
})
