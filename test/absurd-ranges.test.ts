import { getNamedType, isObjectType } from 'graphql'
import { beforeAll, expect, test } from 'vitest'
import { schema } from '../schema/index.ts'
import { askText } from './support/client.ts'
import { takeCalls } from './support/refused.ts'
import { type Served, serve } from './support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve())
  return () => resources.disposeAsync()
})

const aDay = '{ utc: { start: "2025-06-01T00:00:00Z", end: "2025-06-02T00:00:00Z" } }'
const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
const lastWeek = `{ from: "${dayAgo(7)}", to: "${dayAgo(0)}" }`
const pageHeatmap = (field: string) => `pageHeatmap(projectId: "1", id: "ownerless") { ${field} }`

/** How each type with a field that takes a range is reached, also as a gateway reaches it. */
const ways: Readonly<Record<string, readonly ((field: string) => string)[]>> = {
  Location: [
    field => `{ location(by: { id: "ginza" }) { ${field} } }`,
    field => `{ nodes(ids: ["Location:ginza"]) { ... on Location { ${field} } } }`,
    field =>
      `{ _entities(representations: ["{\\"__typename\\":\\"Location\\",\\"id\\":\\"Location:ginza\\"}"]) { ... on Location { ${field} } } }`,
  ],
  LocationConnection: [field => `{ locations(first: 2) { ${field} } }`],
  LocationTrafficConnection: [field => `{ brand(id: 1234) { traffic(range: ${aDay}) { ${field} } } }`],
  PageHeatmap: [field => `{ ${pageHeatmap(field)} }`],
  HeatGrid: [field => `{ ${pageHeatmap(`heat(days: ${lastWeek}) { ${field} }`)} }`],
  Brand: [
    field => `{ brand(id: 1234) { ${field} } }`,
    field =>
      `{ _entities(representations: ["{\\"__typename\\":\\"Brand\\",\\"brandId\\":1234}"]) { ... on Brand { ${field} } } }`,
  ],
}

/** Years that no vendor knows, and times that only just are times, or not. */
const times = [
  ['0000-01-01T00:00:00', '0000-01-02T00:00:00'],
  ['0000-12-31T00:00:00', '0001-01-01T12:00:00'],
  ['-000001-01-01T00:00:00', '-000001-01-02T00:00:00'],
  ['-271821-04-20T00:00:00', '-271821-04-21T00:00:00'],
  ['9998-12-31T00:00:00', '9999-01-03T00:00:00'],
  ['9999-12-30T00:00:00', '9999-12-31T23:59:59.999'],
  ['10000-01-01T00:00:00', '10000-01-02T00:00:00'],
  ['+010000-01-01T00:00:00', '+010000-01-02T00:00:00'],
  ['275760-09-12T00:00:00', '275760-09-13T00:00:00'],
  ['+275760-09-12T00:00:00', '+275760-09-13T00:00:00'],
  ['2025-06-01T24:00:00', '2025-06-03T00:00:00'],
  ['2025-02-28T00:00:00', '2025-02-30T00:00:00'],
  ['2025-06-30T23:59:60', '2025-07-01T12:00:00'],
] as const

const fields = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap(type => Object.values(type.getFields()).map(field => ({ type, field })))
  .flatMap(({ type, field }) =>
    field.args.flatMap(argument => {
      const input = getNamedType(argument.type).name
      if (!input.endsWith('Range')) return []
      const required = field.args
        .filter(other => other !== argument && other.name === 'range')
        .map(() => `, range: ${aDay}`)
      const others = (field.name.startsWith('heatmap') ? ', types: [PATH]' : '') + required.join('')
      const forms = { TrafficRange: ['utc', 'local'], DayRange: ['days'] }[input] ?? ['']
      const inner = isObjectType(getNamedType(field.type)) ? ' { __typename }' : ''
      const write = (range: string) => `${field.name}(${argument.name}: ${range}${others})${inner}`
      return forms.map(form => ({ parent: type.name, name: field.name, form, write }))
    }),
  )

test('every field that takes a range is tried', () => {
  expect(new Set(fields.map(({ parent, name }) => `${parent}.${name}`))).toEqual(
    new Set([
      'Brand.traffic',
      'HeatGrid.difference',
      'Location.bounceRate',
      'Location.captureRate',
      'Location.heatmapConnection',
      'Location.heatmaps',
      'Location.pointsOfInterest',
      'Location.rates',
      'Location.traffic',
      'Location.trafficTotals',
      'LocationConnection.axes',
      'LocationConnection.traffic',
      'LocationTrafficConnection.axes',
      'PageHeatmap.heat',
    ]),
  )
})

const refusedTimes = /^A range lies within the years 1 to 9998|DateTime cannot/
/** Days that are long gone, or far ahead, are no days of a heatmap. */
const refusedDays = /LocalDate cannot|PostHog keeps heatmap data for 90 days|which is in the future/

test.each(fields)('$parent.$name refuses absurd times before any call ($form)', async place => {
  const { parent, form, write } = place
  for (const [start, end] of times) {
    const zone = form === 'local' ? '' : 'Z'
    const times = `{ start: "${start}${zone}", end: "${end}${zone}" }`
    const [from = '', to = ''] = [start, end].map(time => time.split('T')[0])
    const days = `{ from: "${from}", to: "${to}" }`
    const field = write({ '': times, days }[form] ?? `{ ${form}: ${times} }`)
    const queries = ways[parent]?.map(way => way(field)) ?? []
    expect(queries).not.toEqual([])
    for (const query of queries) {
      const { status, data, errors } = await askText(served.origin, query)
      const told = { query, status, data, calls: takeCalls(served.sandbox) }
      expect(told).toEqual({ query, status: 400, data: undefined, calls: [] })
      expect(errors.length).toBeGreaterThan(0)
      for (const { message } of errors) expect(message).toMatch(form === 'days' ? refusedDays : refusedTimes)
    }
  }
})
