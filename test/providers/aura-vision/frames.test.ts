import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  Assembly,
  type Frame,
  type PartNumbering,
  parseFrame,
  partNumberings,
} from '../../../src/providers/aura-vision/frames.ts'

/** The readings of a split answer's numbers: the first part's, and the total that goes with `count` parts. */
const readings = [
  { reading: 'last-index', first: 0, total: (count: number) => count - 1 },
  { reading: 'count-from-zero', first: 0, total: (count: number) => count },
  { reading: 'count-from-one', first: 1, total: (count: number) => count },
] as const

describe('a message', () => {
  test('is read to its third bar, whatever follows', () => {
    expect(parseFrame('req-hm-001|0|0|[{"role":"customer|staff"}]')).toEqual({
      id: 'req-hm-001',
      part: 0,
      total: 0,
      json: '[{"role":"customer|staff"}]',
    })
    expect(parseFrame('a|12|34||5|6|\n|')).toEqual({ id: 'a', part: 12, total: 34, json: '|5|6|\n|' })
  })

  test('is what was framed, for any id without a bar and any text', () => {
    const id = fc.stringMatching(/^[\w-]+$/)
    fc.assert(
      fc.property(id, fc.nat(), fc.nat(), fc.string({ unit: 'binary' }), (id, part, total, json) => {
        expect(parseFrame(`${id}|${part}|${total}|${json}`)).toEqual({ id, part, total, json })
      }),
    )
  })

  test.each([
    '{"message":"Forbidden","connectionId":"a|0|0|"}',
    '["a|0|0|"]',
    'Bad gateway',
    '',
    'a|0|0',
    '|0|0|[]',
    'a|x|0|[]',
    'a|-1|0|[]',
  ])('without an id and two numbers in front is no frame: %s', message => {
    expect(parseFrame(message)).toBeUndefined()
  })
})

describe('an answer in slices', () => {
  const text = fc
    .json({ maxDepth: 3 })
    .map(json => JSON.stringify([{ role: 'customer|staff', json }, '|0|1|']))

  for (const { reading, first, total } of readings) {
    for (const numbering of ['auto', reading] as const) {
      test(`comes back whole in any order and however cut: ${reading}, read as ${numbering}`, () => {
        fc.assert(
          fc.property(delivered(slices(text), first, total), ({ parts, frames }) => {
            expect(assemble(numbering, frames)).toEqual({ whole: parts.join(''), early: false })
          }),
        )
      })
    }
  }

  test('comes back whole among those of other requests', () => {
    const answers = fc.array(slices(text), { minLength: 2, maxLength: 5 })
    const mixed = answers.chain(answers => {
      const messages = answers.flatMap((parts, id) =>
        parts.map((json, part) => `${id}|${part}|${parts.length - 1}|${json}`),
      )
      return inAnyOrder(messages).map(messages => ({ answers, messages }))
    })
    fc.assert(
      fc.property(mixed, ({ answers, messages }) => {
        const assemblies = new Map(answers.map((_, id) => [String(id), new Assembly('auto')]))
        const whole = new Map<string, string>()
        for (const message of messages) {
          const frame = parseFrame(message)
          const json = frame && assemblies.get(frame.id)?.add(frame)
          if (frame && json !== undefined) whole.set(frame.id, json)
        }
        expect(answers.map((_, id) => whole.get(String(id)))).toEqual(answers.map(parts => parts.join('')))
      }),
    )
  })

  test('is not harmed by a part that comes twice', () => {
    const assembly = new Assembly('auto')
    expect(assembly.add({ id: 'a', part: 0, total: 2, json: '[1' })).toBeUndefined()
    expect(assembly.add({ id: 'a', part: 0, total: 2, json: '[1' })).toBeUndefined()
    expect(assembly.add({ id: 'a', part: 1, total: 2, json: ',2' })).toBeUndefined()
    expect(assembly.size).toBe(4)
    expect(assembly.add({ id: 'a', part: 2, total: 2, json: ',3]' })).toBe('[1,2,3]')
  })

  test.each(partNumberings)('that is one part of none is whole at once, JSON or not: %s', numbering => {
    expect(new Assembly(numbering).add({ id: 'a', part: 0, total: 0, json: '[1,' })).toBe('[1,')
  })
})

describe('an answer of lists', () => {
  const lists = fc
    .array(fc.array(fc.record({ row: fc.nat() })), { minLength: 2, maxLength: 6 })
    .map(lists => lists.map(list => JSON.stringify(list)))

  for (const { reading, first, total } of readings) {
    test(`comes back as one list where the numbering is known: ${reading}`, () => {
      fc.assert(
        fc.property(delivered(lists, first, total), ({ parts, frames }) => {
          const { whole = 'null', early } = assemble(reading, frames)
          expect({ rows: JSON.parse(whole), early }).toEqual({ rows: rowsOf(parts), early: false })
        }),
      )
    })

    test(`never comes back short where it is not: ${reading}`, () => {
      fc.assert(
        fc.property(delivered(lists, first, total), ({ parts, frames }) => {
          const { whole, early } = assemble('auto', frames)
          expect(early).toBe(false)
          if (whole !== undefined) expect(JSON.parse(whole)).toEqual(rowsOf(parts))
        }),
      )
    })
  }
})

/** At least two slices of a text, cut anywhere; the outer ones hold something. */
function slices(text: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> {
  return text.chain(text =>
    fc.array(fc.integer({ min: 1, max: text.length - 1 }), { minLength: 1, maxLength: 8 }).map(cuts => {
      const edges = [0, ...cuts.toSorted((one, other) => one - other), text.length]
      return edges.slice(1).map((edge, index) => text.slice(edges[index], edge))
    }),
  )
}

/** Parts with the frames that bring them, in the order of their arrival. */
function delivered(
  parts: fc.Arbitrary<readonly string[]>,
  first: number,
  total: (count: number) => number,
): fc.Arbitrary<{ readonly parts: readonly string[]; readonly frames: readonly Frame[] }> {
  return parts.chain(parts => {
    const frames = parts.map((json, index) => ({
      id: 'a',
      part: first + index,
      total: total(parts.length),
      json,
    }))
    return inAnyOrder(frames).map(frames => ({ parts, frames }))
  })
}

function inAnyOrder<Item>(items: Item[]): fc.Arbitrary<Item[]> {
  return fc.shuffledSubarray(items, { minLength: items.length })
}

/** What comes back in the end, and whether something came back before the last frame. */
function assemble(numbering: PartNumbering, frames: readonly Frame[]) {
  const assembly = new Assembly(numbering)
  const answers = frames.map(frame => assembly.add(frame))
  return { whole: answers.at(-1), early: answers.slice(0, -1).some(answer => answer !== undefined) }
}

function rowsOf(parts: readonly string[]): unknown[] {
  return parts.flatMap(part => JSON.parse(part))
}
