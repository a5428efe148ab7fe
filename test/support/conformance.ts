import { describe, expect, test } from 'vitest'
import type { Loaders } from '../../src/providers.ts'
import type { Emulator, Fault } from '../../src/sandbox/emulator.ts'
import type { ProviderName, UpstreamError } from '../../src/upstream/error.ts'
import { type Failures, httpFailures, upstreamWords } from './failures.ts'
import { openTunnel } from './tunnel.ts'
import { arrival, failureOf, wire } from './wiring.ts'

/** One thing that a request may ask. */
export type Ask = (loaders: Loaders) => Promise<unknown>

/** What is asked of one route. */
export interface Question {
  readonly ask: Ask
  /** Questions of one tick, no two of the same answer, and how many calls of the route they cost together. */
  readonly merged: { readonly asks: readonly Ask[]; readonly calls: number }
  /** Costs a call of its own beside `ask`'s. */
  readonly other?: Ask
  /** Those of HTTP by default. */
  readonly failures?: Failures
  /** An answer of more than 1,024 bytes. */
  readonly tooLarge?: Fault
}

/** A provider with its emulator; routes by their names in the emulator's journal. */
export interface Provider {
  readonly name: ProviderName
  readonly serve: () => Promise<Emulator>
  /** What has to be passed before any question, such as a token, and how it fails. */
  readonly gates?: Readonly<Record<string, Failures>>
  readonly questions: Readonly<Record<string, Question>>
}

/** What each provider's client and loaders promise, shown against its emulator. */
export function providerConformance({ name, serve, gates = {}, questions }: Provider): void {
  const asked = Object.entries(questions).map(([route, question]) => ({ route, ...question }))
  const firstAsk: Ask = loaders => asked[0]?.ask(loaders) ?? Promise.reject(new Error('no question'))
  const stages = [
    ...Object.entries(gates).map(([route, failures]) => ({ route, ask: firstAsk, failures })),
    ...asked.map(({ failures = httpFailures, ...question }) => ({ ...question, failures })),
  ]
  const failures = stages.flatMap(({ route, ask, failures }) =>
    Object.entries(failures).map(([what, failure]) => ({ route, ask, what, ...failure })),
  )

  describe.each(asked)('$route', ({ route, ask, merged, tooLarge = tooLargeAnswer }) => {
    test('answers what is asked in one tick with as few calls as are possible', async () => {
      await using emulator = await serve()
      await using account = wire(emulator)
      const alone = await Promise.all(merged.asks.map(ask => ask(account.request())))
      emulator.journal.clear()
      const loaders = account.request()
      const together = await Promise.all(merged.asks.map(ask => ask(loaders)))
      expect(emulator.journal.count(route)).toBe(merged.calls)
      expect(together).toEqual(alone)
      expect(new Set(together.map(answer => JSON.stringify(answer))).size).toBe(merged.asks.length)
    })

    test('asks what is asked twice once', async () => {
      await using emulator = await serve()
      await using first = wire(emulator)
      const alone = await ask(first.request())
      const cost = emulator.journal.count()
      await using second = wire(emulator)
      const loaders = second.request()
      const twice = await Promise.all([ask(loaders), ask(loaders)])
      expect([...twice, await ask(loaders)]).toEqual([alone, alone, alone])
      expect(emulator.journal.count()).toBe(2 * cost)
    })

    test('refuses an answer that is larger than allowed', async () => {
      await using emulator = await serve()
      await using account = wire(emulator, { ISOTHERM_UPSTREAM_MAX_BYTES: '1024' })
      emulator.journal.script({ ...tooLarge, route })
      const error = await failureOf(ask(account.request()))
      expect(error).toMatchObject({ provider: name, code: 'UPSTREAM_INVALID_RESPONSE', retryable: false })
      expect(error.message).toBe(`${name} answered more than 1024 bytes.`)
      expect(error.cause).toBeInstanceOf(Error)
    })
  })

  test.each(asked.flatMap(({ other, ...question }) => (other ? [{ ...question, other }] : [])))(
    'a failed call fails what it was about, and nothing else: $route',
    async ({ route, ask, other }) => {
      await using emulator = await serve()
      await using account = wire(emulator)
      emulator.journal.script({ ...faultOf(route), route, times: 1 })
      const loaders = account.request()
      const outcomes = await Promise.allSettled([ask(loaders), other(loaders)])
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    },
  )

  describe.each(failures)(
    '$route that answers $what',
    ({ route, ask, fault, error: expected, keepsCause }) => {
      test(`is ${expected.code}, told without the upstream's words, until it answers again`, async () => {
        await using emulator = await serve()
        await using account = wire(emulator)
        emulator.journal.script({ ...fault, route })
        const error = await failureOf(ask(account.request()))
        expect(error).toMatchObject({ provider: name, ...expected })
        expectDiscretion(error, emulator)
        if (keepsCause) expect(error.cause).toBeInstanceOf(Error)
        expect(emulator.journal.calls.map(call => call.path)).not.toContain('/elsewhere')
        emulator.journal.clear()
        // Whoever was told to wait asks nothing before.
        await using patient = wire(emulator)
        const waits = error.code === 'UPSTREAM_RATE_LIMITED' && error.retryAfterSeconds !== undefined
        await ask((waits ? patient : account).request())
      })
    },
  )

  describe.each(stages)('$route that never answers', ({ route, ask }) => {
    test('is left at the deadline, and may be tried again', async () => {
      await using emulator = await serve()
      await using account = wire(emulator, { ISOTHERM_UPSTREAM_TIMEOUT_MS: '300' })
      emulator.journal.script({ route, hang: true })
      const error = await failureOf(ask(account.request()))
      expect(error).toMatchObject({ provider: name, code: 'UPSTREAM_TIMEOUT', retryable: true })
      expectDiscretion(error, emulator)
    })

    test('is left at once when the caller goes away', async () => {
      await using emulator = await serve()
      await using account = wire(emulator, patient)
      emulator.journal.script({ route, hang: true })
      const arrived = arrival(emulator, route)
      const caller = new AbortController()
      const failure = failureOf(ask(account.request(caller.signal)))
      await arrived
      caller.abort(new Error('gone'))
      const error = await failure
      expect(error).toMatchObject({ provider: name, code: 'UPSTREAM_UNAVAILABLE', cause: new Error('gone') })
      expectDiscretion(error, emulator)
    })

    test('is left at once when the client is closed, with every connection', async () => {
      await using emulator = await serve()
      await using tunnel = await openTunnel(emulator)
      const account = wire(tunnel, patient)
      emulator.journal.script({ route, hang: true })
      const arrived = arrival(emulator, route)
      const failure = failureOf(ask(account.request()))
      await arrived
      await account[Symbol.asyncDispose]()
      const error = await failure
      expect(error).toMatchObject({ provider: name, code: 'UPSTREAM_UNAVAILABLE' })
      expectDiscretion(error, emulator)
      await tunnel.drained()
      const { opened } = tunnel
      expect(await failureOf(ask(account.request()))).toMatchObject({ provider: name })
      expect(tunnel.opened).toBe(opened)
    })
  })

  describe.each(stages)('$route that is slow', ({ route, ask }) => {
    test('answers those who still wait when another caller goes away', async () => {
      await using emulator = await serve()
      await using account = wire(emulator)
      emulator.journal.script({ route, delay: 50 })
      const arrived = arrival(emulator, route)
      const caller = new AbortController()
      const failure = failureOf(ask(account.request(caller.signal)))
      const answer = ask(account.request())
      await arrived
      caller.abort()
      expect(await failure).toMatchObject({ provider: name })
      expect(await answer).toBeDefined()
    })
  })

  test.each(asked)('a caller who is gone already costs no call: $route', async ({ ask }) => {
    await using emulator = await serve()
    await using account = wire(emulator)
    const reason = new Error('gone')
    const error = await failureOf(ask(account.request(AbortSignal.abort(reason))))
    expect(error).toMatchObject({ provider: name, cause: reason })
    // A call that was started nevertheless would have arrived before this one.
    await fetch(`${emulator.origin}/probe`)
    expect(emulator.journal.calls.map(call => call.path)).toEqual(['/probe'])
  })

  test.each(asked)('an upstream that is down is told as such: $route', async ({ ask }) => {
    await using emulator = await serve()
    await using account = wire({ environment: elsewhere(emulator) })
    const error = await failureOf(ask(account.request()))
    expect(error).toMatchObject({ provider: name, code: 'UPSTREAM_UNAVAILABLE', retryable: true })
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' })
    expectDiscretion(error, { environment: elsewhere(emulator) })
  })

  /** The first scripted failure of the route that comes as an answer. */
  function faultOf(route: string): Fault {
    const failure = failures.find(({ fault, ...one }) => one.route === route && !fault.cut)
    return failure?.fault ?? {}
  }

  /** What a client is told names the provider, and neither credential, nor address, nor what upstream said. */
  function expectDiscretion(error: UpstreamError, { environment }: Pick<Emulator, 'environment'>): void {
    const told = `${error.message} ${JSON.stringify(error.extensions)}`
    expect(error.message).toContain(name)
    for (const secret of [upstreamWords, ...Object.values(environment)]) expect(told).not.toContain(secret)
    expect(told).not.toMatch(/127\.0\.0\.1|token=|bearer|<|\{"error/i)
  }
}

const tooLargeAnswer: Fault = { answer: { body: 'x'.repeat(1025) } }

/** No deadline that a test would wait for. */
const patient = { ISOTHERM_UPSTREAM_TIMEOUT_MS: '600000' }

/** The environment with a port where nothing listens. */
function elsewhere({ origin, environment }: Emulator): Readonly<Record<string, string>> {
  const { host } = new URL(origin)
  return Object.fromEntries(
    Object.entries(environment).map(([key, value]) => [key, value.replace(host, '127.0.0.1:1')]),
  )
}
