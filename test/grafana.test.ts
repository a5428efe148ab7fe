import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Isotherm, startIsotherm } from '../src/isotherm.ts'
import { pages } from './support/docs.ts'

const Query = z.object({
  type: z.literal('graphql'),
  source: z.literal('url'),
  parser: z.literal('backend'),
  url: z.literal('/graphql'),
  url_options: z.object({
    method: z.literal('POST'),
    body_type: z.literal('graphql'),
    body_content_type: z.literal('application/json'),
    body_graphql_query: z.string(),
    body_graphql_variables: z.string(),
  }),
  root_selector: z.string(),
  columns: z.array(
    z.object({ selector: z.string(), text: z.string(), type: z.enum(['string', 'number', 'timestamp']) }),
  ),
})

type Query = z.infer<typeof Query>

const Dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(Query) })),
  templating: z.object({
    list: z.array(
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('datasource'), name: z.string() }),
        z.object({
          type: z.literal('custom'),
          name: z.string(),
          options: z.array(z.object({ value: z.string(), selected: z.boolean() })),
        }),
        z.object({
          type: z.literal('query'),
          name: z.string(),
          query: z.object({ infinityQuery: Query }),
        }),
      ]),
    ),
  }),
})

const file = 'examples/grafana/dashboard.json'
const { panels, templating } = Dashboard.parse(JSON.parse(await readFile(file, 'utf8')))
const targets = panels.flatMap(({ title, targets }) => targets.map(target => ({ title, target })))

let isotherm: Isotherm
/** What the dashboard's own variables are, once Grafana has asked for their values. */
let chosen: ReadonlyMap<string, string>

beforeAll(async () => {
  isotherm = await startIsotherm({ PORT: '0' })
  chosen = new Map(
    await Promise.all(
      templating.list.map(async (variable): Promise<[string, string]> => {
        const { name } = variable
        if (variable.type === 'datasource') return [name, 'a-data-source']
        if (variable.type === 'custom')
          return [name, variable.options.find(({ selected }) => selected)?.value ?? '']
        const rows = rowsOf(variable.query.infinityQuery, await send(variable.query.infinityQuery))
        for (const row of rows)
          expect(row).toEqual({ __text: expect.any(String), __value: expect.any(String) })
        return [name, String(rows[0]?.__value)]
      }),
    ),
  )
})
afterAll(() => isotherm[Symbol.asyncDispose]())

test.each(targets)('Grafana shows numbers in "$title"', async ({ target }) => {
  const rows = rowsOf(target, await send(target))
  expect(rows.length).toBeGreaterThan(1)
  for (const { text, type } of target.columns) {
    const cells = rows.map(row => row[text]).filter(cell => cell !== null)
    // Of emulated vendors nobody knows how many calls are left.
    if (text !== 'Calls left') expect(cells.length, text).toBeGreaterThan(0)
    for (const cell of cells)
      if (type === 'timestamp') expect(Date.parse(String(cell)), text).not.toBeNaN()
      else expect(typeof cell, text).toBe(type)
  }
})

test('variables that a client sends and no operation declares do no harm', async () => {
  const undeclared = { timeFrom: 1, timeTo: '2', intervalMs: null, __interval: { a: [] }, $range: 3 }
  for (const { target } of targets)
    expect(rowsOf(target, await send(target, undeclared))).toEqual(rowsOf(target, await send(target)))
})

test('the guide leads to the dashboard and says that no Grafana has shown it', () => {
  const guide = pages.get('docs/grafana.md') ?? ''
  expect(guide).toContain(`../${file}`)
  expect(guide).toContain('not been tried in Grafana')
  expect(pages.get('README.md')).toContain('(docs/grafana.md)')
})

/** Sends a query as Grafana's Infinity source does. */
async function send({ url, url_options: options }: Query, undeclared: object = {}): Promise<unknown> {
  const variables = JSON.parse(filledIn(options.body_graphql_variables))
  const response = await fetch(isotherm.origin + filledIn(url), {
    method: options.method,
    headers: {
      'content-type': options.body_content_type,
      accept: 'application/json;q=0.9,text/plain',
      'user-agent': 'Grafana',
    },
    body: JSON.stringify({
      query: filledIn(options.body_graphql_query),
      variables: { ...variables, ...undeclared },
    }),
  })
  const { errors, ...answer } = await response.json()
  expect({ status: response.status, errors }).toEqual({ status: 200, errors: undefined })
  return answer
}

/** The text with Grafana's variables filled in, which it looks for everywhere: also behind the `$` of a GraphQL variable. */
function filledIn(text: string): string {
  const known = new Map([
    ...(chosen ?? []),
    ['__from', '2026-10-05T04:30:12.345Z'],
    ['__to', '2026-11-02T16:20:00.001Z'],
  ])
  return text.replace(/\$(\w+)|\$\{(\w+)(?::([^}]+))?\}/g, (whole, plain, braced, format) => {
    const name = plain ?? braced
    if (name.startsWith('__') && format !== 'date:iso') return whole
    return known.get(name) ?? whole
  })
}

type Row = Readonly<Record<string, unknown>>

/** The rows that the source's backend parser makes of an answer: selectors are paths of names and indexes. */
function rowsOf({ root_selector: root, columns }: Query, answer: unknown): readonly Row[] {
  const found = z.array(z.unknown()).parse(at(answer, root))
  return found.map(row =>
    Object.fromEntries(columns.map(({ selector, text }) => [text, at(row, selector) ?? null])),
  )
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce((inner, name) => Object(inner)[name], value)
}
