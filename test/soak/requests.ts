import { setTimeout as sleep } from 'node:timers/promises'
import { EverythingDocument, FailureEverythingDocument } from '../generated/graphql.ts'
import { one } from './faults.ts'

/** Sends one request of the mix and reads its response to the end, or leaves. Rejects with what is no sound response. */
export type Send = (origin: string) => Promise<void>

/** Each request has a connection of its own: readings count the sockets that stay. */
const once = { connection: 'close' }
const json = { 'content-type': 'application/json', ...once }
const everything = [String(EverythingDocument), String(FailureEverythingDocument)]

/** What people and strangers send, in about the shares that a busy day has. */
export const mix: readonly Send[] = [
  ...Array<Send>(6).fill(whole),
  ...Array<Send>(2).fill(images),
  abandoned,
  deferred,
  dryRun,
  pages,
  badInput,
  strangers,
]

async function whole(origin: string): Promise<void> {
  await expectStatus(await post(origin, { query: one(everything), variables: { range: day() } }), [200])
}

async function images(origin: string): Promise<void> {
  const query =
    'query($range: TimeRange!) { location(by: { id: "oxford-street" }) { heatmaps(range: $range) { image { link } } } }'
  const response = await post(origin, { query, variables: { range: day() } })
  const links = [...(await response.text()).matchAll(/"link":"([^"]+)"/g)].flatMap(([, link]) => link ?? [])
  for (const link of links.slice(0, 2)) {
    const url = new URL(link)
    url.searchParams.set('width', String(one([100, 200, 300])))
    await expectStatus(
      await fetch(url, { headers: once }),
      [200, 202, 404, 410, 422, 429, 500, 502, 503, 504],
    )
  }
}

async function abandoned(origin: string): Promise<void> {
  const leaving = new AbortController()
  const response = post(origin, { query: one(everything), variables: { range: day() } }, {}, leaving.signal)
  const left = response.then(
    answer => answer.text(),
    () => undefined,
  )
  await sleep(Math.random() * 50)
  leaving.abort()
  await left.catch(() => undefined)
}

async function deferred(origin: string): Promise<void> {
  const query =
    '{ websites(first: 3) { nodes { name ... @defer { views(first: 3) { nodes { path totalInteractions } } } } } }'
  const response = await post(origin, { query }, { accept: one(['multipart/mixed', 'text/event-stream']) })
  if (Math.random() < 0.5) await response.body?.cancel()
  else await expectStatus(response, [200])
}

async function dryRun(origin: string): Promise<void> {
  const body = { query: one(everything), variables: { range: day() } }
  await expectStatus(await post(origin, body, { 'isotherm-explain': 'plan' }), [200])
}

async function pages(origin: string): Promise<void> {
  const path = one(['/healthz', '/readyz', '/graphql', '/nowhere', '/images/nothing'])
  await expectStatus(await fetch(origin + path, { headers: { accept: 'text/html', ...once } }), [200, 404])
}

async function badInput(origin: string): Promise<void> {
  const query = one([
    '{',
    '{ nothing }',
    '{ location(by: { id: "nowhere" }) { id } }',
    '{ view(by: {}) { id } }',
  ])
  await expectStatus(await post(origin, { query }), [200, 400])
}

async function strangers(origin: string): Promise<void> {
  const response = await post(origin, { query: '{ __typename }' }, { origin: 'https://stranger.example' })
  await expectStatus(response, [403])
}

function post(
  origin: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
  signal: AbortSignal | null = null,
): Promise<Response> {
  return fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
    signal,
  })
}

async function expectStatus(response: Response, statuses: readonly number[]): Promise<void> {
  const text = await response.text()
  if (statuses.includes(response.status) && !text.includes('"unexpected":true')) return
  throw new Error(`${response.status} for ${response.url}: ${text.slice(0, 300)}`)
}

/** One of few days, so that caches come to hold all of them soon. */
function day(): { readonly start: string; readonly end: string } {
  const date = 1 + Math.floor(Math.random() * 10)
  const at = (number: number) => `2025-08-${String(number).padStart(2, '0')}T00:00:00Z`
  return { start: at(date), end: at(date + 1) }
}
