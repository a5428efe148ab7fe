import { expect, test } from 'vitest'
import { askText } from '../support/client.ts'
import { daysBefore } from '../support/heat-days.ts'
import { referenceIn } from '../support/image-references.ts'
import { type Served, serve } from '../support/serving.ts'
import { contentRoute, pageHeatmapId, pageImage, type Shown } from './serving-images.ts'

const savedRoute = 'GET /api/projects/:project_id/saved{/}?'

test('an image that is being drawn is no error: its link says when to come again, without asking before', async () => {
  await using served = await drawing(60)
  const image = await pageImage(served, 'rendering')
  expect(image).toMatchObject({ state: 'RENDERING', width: null, requestedWidth: 1024, retryAfterSeconds: 2 })
  const { journal } = served.sandbox.posthog
  const looks = journal.count(contentRoute)
  for (const method of ['GET', 'GET', 'HEAD']) {
    const response = await fetch(image.link ?? '', { method })
    expect(response.status).toBe(202)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'retry-after': expect.stringMatching(/^[12]$/),
    })
    if (method === 'GET')
      expect(await response.json()).toEqual({
        state: 'RENDERING',
        retryAfterSeconds: Number(response.headers.get('retry-after')),
      })
  }
  expect(journal.count(contentRoute)).toBe(looks)
})

test('whoever waits for it gets it, two hundred as one', async () => {
  await using served = await drawing(3)
  const id = await pageHeatmapId(served, 'rendering')
  const answers = await Promise.all(Array.from({ length: 200 }, () => wait(served, id, 'PT20S')))
  const states = answers.map(({ state, width }) => `${state} ${width}`)
  expect(new Set(states)).toEqual(new Set(['READY 375']))
  // At once, and after two and five seconds.
  expect(served.sandbox.posthog.journal.count(contentRoute)).toBeLessThanOrEqual(3)
  expect((await fetch(answers[0]?.link ?? '')).status).toBe(200)
})

test('whoever waits too short a time is told so', async () => {
  await using served = await drawing(60)
  const id = await pageHeatmapId(served, 'rendering')
  expect(await wait(served, id, 'PT0.05S')).toMatchObject({ state: 'RENDERING', failure: null })
  expect(await wait(served, id, 'PT0S')).toMatchObject({ state: 'RENDERING' })
})

test('a wait ends with the deadline of the answer, and the answer with it', async () => {
  await using served = await drawing(60, { ISOTHERM_ANSWER_TIMEOUT_MS: '300' })
  const id = await pageHeatmapId(served, 'rendering')
  expect(await wait(served, id, 'PT60S')).toMatchObject({ state: 'RENDERING' })
})

test('what will never be drawn fails at once', async () => {
  await using served = await drawing(60)
  const id = await pageHeatmapId(served, 'failed')
  const failure = 'Screenshot provider returned status 403 for https://shop.example.com/products/3'
  expect(await wait(served, id, 'PT60S')).toMatchObject({ state: 'FAILED', failure, link: null })
  expect(await followed(served, id)).toEqual([{ state: 'FAILED', failure, link: null }])
  expect(served.sandbox.posthog.journal.count(contentRoute)).toBe(2)
})

test.each(['P1M', 'P1Y', '-PT1S', 'soon'])('"%s" is no time to wait', async waitUpTo => {
  await using served = await serve()
  const { errors } = await askText(
    served.origin,
    'query ($id: ID!, $waitUpTo: Duration) { node(id: $id) { ... on PageHeatmap { image(waitUpTo: $waitUpTo) { state } } } }',
    { id: 'PageHeatmap:project:1:497f6eca-6276-4993-bfeb-53cbbbba6f08', waitUpTo },
  )
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  expect(served.sandbox.posthog.journal.count()).toBe(0)
})

test('a subscription tells that it is being drawn, then that it is ready, and is over', async () => {
  await using served = await drawing(2)
  const id = await pageHeatmapId(served, 'rendering')
  const told = await Promise.all(Array.from({ length: 5 }, () => followed(served, id)))
  for (const states of told) {
    expect(states).toMatchObject([
      { state: 'RENDERING', link: expect.stringContaining('/images/') },
      { state: 'READY', link: expect.stringContaining('/images/') },
    ])
    expect((await fetch(states.at(-1)?.link ?? '')).status).toBe(200)
  }
  expect(served.sandbox.posthog.journal.count(contentRoute)).toBeLessThanOrEqual(5)
})

test('a subscription with heat over the page asks the page once, and its link is that of the field', async () => {
  await using served = await drawing(2)
  const { journal } = served.sandbox.posthog
  const overlay = { type: 'RAGE_CLICK', days: daysBefore(3, 7), viewport: { min: 900 }, opacity: 0.5 }
  const id = await pageHeatmapId(served, 'rendering')
  const saved = journal.count(savedRoute)
  const states = await Array.fromAsync(follow(served, { id, width: 375, overlay }))
  expect(states.map(({ state }) => state)).toEqual(['RENDERING', 'READY'])
  expect(journal.count(savedRoute)).toBe(saved + 1)
  const { data } = await askText<{ node: { image: Shown } }>(
    served.origin,
    'query ($id: ID!, $overlay: HeatOverlay) { node(id: $id) { ... on PageHeatmap { image(width: 375, overlay: $overlay) { link } } } }',
    { id, overlay },
  )
  const environment = served.sandbox.environment()
  const [told, own] = await Promise.all(
    [states[1]?.link, data.node.image.link].map(link => referenceIn(environment, link ?? '')),
  )
  expect(told).toEqual(own)
  expect(told).toMatchObject({ overlay: { type: 'rageClick', days: overlay.days } })
  expect(states[1]?.link).toContain('opacity=0.5')
})

test('a subscription outlives the deadline of an answer', async () => {
  await using served = await drawing(2, { ISOTHERM_ANSWER_TIMEOUT_MS: '500' })
  const id = await pageHeatmapId(served, 'rendering')
  expect(await followed(served, id)).toMatchObject([{ state: 'RENDERING' }, { state: 'READY' }])
})

test('a subscription looks no more once its caller has left', async () => {
  await using served = await drawing(2)
  const id = await pageHeatmapId(served, 'rendering')
  const { journal } = served.sandbox.posthog
  const caller = new AbortController()
  const states = follow(served, { id, width: 375 }, caller.signal)
  expect((await states.next()).value).toMatchObject({ state: 'RENDERING' })
  const looks = () => journal.calls.filter(({ path }) => path.includes('width=375')).length
  const before = looks()
  caller.abort()
  await expect(states.next()).rejects.toThrow('aborted')

  // Its second look would come before the second of one who comes later.
  const others = await Array.fromAsync(follow(served, { id, width: 768 }))
  expect(others.at(-1)).toMatchObject({ state: 'READY' })
  expect(before).toBe(1)
  expect(looks()).toBe(before)
})

test('a plan asks for no image, drawn or not, however long it would wait', async () => {
  await using served = await drawing(600)
  const id = await pageHeatmapId(served, 'rendering')
  await wait(served, id, 'PT0S')
  const { journal } = served.sandbox.posthog
  const looks = journal.count(contentRoute)
  const { extensions } = await askText(
    served.origin,
    'query ($id: ID!) { node(id: $id) { ... on PageHeatmap { image(width: 375, waitUpTo: "PT60S") { state } } } }',
    { id },
    { headers: { 'isotherm-explain': 'plan' } },
  )
  expect(extensions.plan).toMatchObject({ posthog: [{ route: 'GET /heatmap_screenshots/:id/content' }] })
  expect(journal.count(contentRoute)).toBe(looks)
})

test('a dry run of a subscription is told at once, and nothing is asked', async () => {
  await using served = await serve()
  const id = 'PageHeatmap:project:1:497f6eca-6276-4993-bfeb-53cbbbba6f08'
  const query = `subscription ($overlay: HeatOverlay) { heatmapImage(id: "${id}", overlay: $overlay) { state } }`
  const planned = async (variables: object) => {
    const { data, errors, extensions } = await askText(served.origin, query, variables, {
      headers: { 'isotherm-explain': 'plan' },
    })
    expect({ data, errors }).toEqual({ data: null, errors: [] })
    return extensions
  }
  const content = { route: 'GET /heatmap_screenshots/:id/content' }
  expect(await planned({})).toMatchObject({ plan: { posthog: [content] } })
  const heat = { overlay: { days: daysBefore(3, 7) } }
  expect(await planned(heat)).toMatchObject({ plan: { posthog: [{ route: 'GET /saved' }] } })
  expect(served.sandbox.posthog.journal.count()).toBe(0)
})

test('a subscription that makes no sense is refused before anything is asked', async () => {
  await using served = await serve()
  const id = 'PageHeatmap:project:1:497f6eca-6276-4993-bfeb-53cbbbba6f08'
  for (const variables of [
    { id: 'Location:oxford-street', width: 800 },
    { id, width: 0 },
    { id, overlay: { days: { from: '2020-01-01', to: '2020-01-08' } } },
    { id, overlay: { days: daysBefore(3, 7), opacity: 0.55 } },
  ]) {
    const response = await subscribe(served, variables)
    expect(await response.text()).toContain('BAD_USER_INPUT')
  }
  expect(served.sandbox.posthog.journal.count()).toBe(0)
})

/** Each width takes so many seconds from the start on, as the heatmap "rendering" is drawn. */
function drawing(renderSeconds: number, environment: Record<string, string> = {}) {
  return serve({ environment, sandbox: { posthog: { renderSeconds } } })
}

async function wait({ origin }: Served, id: string, waitUpTo: string): Promise<Shown> {
  const { data, errors } = await askText<{ node: { image: Shown } }>(
    origin,
    `query ($id: ID!, $waitUpTo: Duration) {
      node(id: $id) { ... on PageHeatmap { image(width: 375, waitUpTo: $waitUpTo) { state width link failure } } }
    }`,
    { id, waitUpTo },
  )
  expect(errors).toEqual([])
  return data.node.image
}

function subscribe(
  { origin }: Served,
  variables: object,
  signal: AbortSignal | null = null,
): Promise<Response> {
  const query = `subscription ($id: ID!, $width: Int, $overlay: HeatOverlay) {
    heatmapImage(id: $id, width: $width, overlay: $overlay) { state link failure }
  }`
  return fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
    signal,
  })
}

async function* follow(
  served: Served,
  variables: object,
  signal?: AbortSignal,
): AsyncGenerator<Partial<Shown>> {
  const { body } = await subscribe(served, variables, signal)
  if (!body) return
  let text = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const json = /^data: (\{.+)$/m.exec(event)?.[1]
      if (json) yield JSON.parse(json).data.heatmapImage
    }
  }
}

async function followed(served: Served, id: string): Promise<Partial<Shown>[]> {
  const events: Partial<Shown>[] = []
  for await (const event of follow(served, { id, width: 375 })) events.push(event)
  return events
}
