import { afterAll, beforeAll, expect, test } from 'vitest'
import { callsOf } from '../support/calls.ts'
import { type Served, serve } from '../support/serving.ts'
import { connected } from './connected.ts'
import { toolCalls } from './tool-calls.ts'

let served: Served

beforeAll(async () => {
  served = await serve()
})
afterAll(() => served[Symbol.asyncDispose]())

test('each bound that a tool tells in words is in its schema, and what is beyond it is refused before any call', async () => {
  await using client = await connected(served.origin)
  const told: string[] = []
  for (const { journal } of served.sandbox.emulators) journal.clear()
  for (const { name, inputSchema } of await client.tools()) {
    for (const [argument, form] of Object.entries(inputSchema.properties ?? {})) {
      const { description = '', ...bounds } = Object(form)
      const [, least, most] = /\b(\d+) to (\d+)\b/.exec(description) ?? []
      if (least !== undefined) {
        told.push(`${name}.${argument}`)
        expect(bounds, name).toMatchObject({ minimum: Number(least), maximum: Number(most) })
        for (const value of [Number(least) - 1, Number(most) + 1, null]) {
          const refused = await client.call(name, { ...toolCalls[name], [argument]: value })
          const advice = Number(value) > Number(most) ? ' Ask for less.' : ''
          const text = `${name} takes ${argument} from ${least} to ${most}, not ${value}.${advice}`
          expect(refused).toMatchObject({ isError: true, text })
        }
      }
      const [, mostItems] = /\bat most (\d+)\b/.exec(description) ?? []
      if (mostItems !== undefined) {
        told.push(`${name}.${argument}`)
        expect(bounds, name).toMatchObject({ maxItems: Number(mostItems) })
        const value = Array(Number(mostItems) + 1).fill('ginza')
        const refused = await client.call(name, { ...toolCalls[name], [argument]: value })
        const text = `${name} takes at most ${mostItems} ${argument}, not ${value.length}. Ask for less.`
        expect(refused).toMatchObject({ isError: true, text })
      }
    }
  }
  expect(told.length).toBe(10)
  expect(callsOf(served.sandbox)).toEqual({})
})

test.each(['heat_of_page', 'compare_heat_of_page'])('%s is not of how far visitors scroll', async name => {
  await using client = await connected(served.origin)
  const tool = (await client.tools()).find(listed => listed.name === name)
  const types = ['CLICK', 'RAGE_CLICK', 'MOUSE_MOVE']
  expect(tool?.inputSchema.properties?.type).toMatchObject({ enum: types, default: 'CLICK' })
  for (const type of types)
    expect(await client.call(name, { ...toolCalls[name], type })).toMatchObject({ isError: false })
  for (const { journal } of served.sandbox.emulators) journal.clear()
  expect(await client.call(name, { ...toolCalls[name], type: 'SCROLL_DEPTH' })).toMatchObject({
    isError: true,
    text: `${name} takes only CLICK, RAGE_CLICK, MOUSE_MOVE as type.`,
  })
  expect(callsOf(served.sandbox)).toEqual({})
})

test.each([
  ['list_stores', { first: 50 }],
  ['list_stores', { first: 1 }],
  ['heat_of_page', { ...toolCalls.heat_of_page, spots: 20, first: 4 }],
  ['compare_stores', { stores: Array(15).fill('ginza') }],
])('what %s may take at most is answered', async (name, given) => {
  await using client = await connected(served.origin)
  expect(await client.call(name, given)).toMatchObject({ isError: false })
})
