import { expect, test } from 'vitest'
import { serveAnalytiks } from '../../src/sandbox/analytiks.ts'
import { serveAuraVision } from '../../src/sandbox/aura-vision.ts'
import { serveDatadog } from '../../src/sandbox/datadog.ts'
import type { Emulator, Fault } from '../../src/sandbox/emulator.ts'
import { servePosthog } from '../../src/sandbox/posthog.ts'
import { serveZenovay } from '../../src/sandbox/zenovay.ts'
import type { CallContext } from '../../src/upstream/call-context.ts'
import { type Wiring, wire } from '../support/wiring.ts'

const day = { start: new Date('2026-02-02T00:00:00Z'), end: new Date('2026-02-03T00:00:00Z') }
const span = { form: 'utc', start: day.start.getTime(), end: day.end.getTime() } as const
const project = { kind: 'projects', id: '1' } as const
const question = { span, step: 'hourly' } as const
/** Seven bytes, and an answer to nothing. */
const answer = { body: '["é 1"' } as const
const frames = ['{id}|0|1|["é', '{id}|1|1|"]']

interface Case {
  readonly serve: () => Promise<Emulator>
  readonly fault: Fault
  readonly bytes: number
  readonly ask: (client: Wiring['client'], callContext: CallContext) => Promise<unknown>
}

const cases: Readonly<Record<string, Case>> = {
  'Aura Vision heatmaps': {
    serve: serveAuraVision,
    fault: { route: 'detail/list', frames },
    // With two request ids, which are UUIDs.
    bytes: 36 + 9 + 36 + 7,
    ask: (client, callContext) =>
      client('aura-vision').heatmaps(['64a1b2c3d4e5f6a7b8c9d0e3'], ['path'], day, callContext),
  },
  'PostHog heatmap': {
    serve: servePosthog,
    fault: { answer },
    bytes: 7,
    ask: (client, callContext) => client('posthog').heatmap(project, 'ownerless', callContext),
  },
  'Analytiks traffic, without the token': {
    serve: serveAnalytiks,
    fault: { route: 'POST /json/v2', answer },
    bytes: 7,
    ask: (client, callContext) => client('analytiks').partial(question, { locations: [1] }, callContext),
  },
  'Zenovay websites': {
    serve: serveZenovay,
    fault: { answer },
    bytes: 7,
    ask: (client, callContext) => client('zenovay').websites(callContext),
  },
  'Datadog snapshots': {
    serve: serveDatadog,
    fault: { answer },
    bytes: 7,
    ask: (client, callContext) => client('datadog').snapshots({ viewName: '/' }, 5, callContext),
  },
}

test.each(Object.entries(cases))(
  '%s tell what their answer took',
  async (_, { serve, fault, bytes, ask }) => {
    await using emulator = await serve()
    await using account = wire(emulator)
    emulator.journal.script(fault)
    const told: number[] = []
    const { signal } = new AbortController()
    await ask(account.client, { signal, received: count => told.push(count) }).catch(() => undefined)
    expect(told).toEqual([bytes])
  },
)
