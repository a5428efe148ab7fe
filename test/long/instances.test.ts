import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { startSandbox } from '../../src/sandbox.ts'
import { originOf, startChild } from '../support/child.ts'
import { askText } from '../support/client.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { serveFleet } from '../support/fleet.ts'
import { installRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { instance } from '../upstream/rate-limit/instance.ts'

beforeAll(installRedis, installMilliseconds)

const views = (id: string) => `{ website(by: { zenovayId: "${id}" }) { views { nodes { path } } } }`
const website = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'

/** How far away Redis is, in milliseconds, and how much the clocks of instances differ. */
const places = [
  [0, 0],
  [5, 0],
  [0, 3_000],
] as const

test.each([1, 2, 3, 5].flatMap(count => places.map(([delay, skew]) => [count, delay, skew] as const)))(
  '%s instances, %s ms from Redis, with clocks %s ms off, never exceed a window and use 95 percent of it',
  async (count, delay, skew) => {
    await using server = await startRedis()
    await using far = await delayed(server, delay)
    const window = { calls: 100, milliseconds: 2_000 }
    using resources = new DisposableStack()
    const made: Take[] = []
    let isOver = false
    const load = async (index: number) => {
      const offset = index % 2 ? skew : -skew
      const clock = { now: () => performance.now(), date: () => Date.now() + offset }
      const { counter } = resources.use(
        await instance({ ...server, url: far.url }, { windows: [window] }, { clock }),
      )
      const take = async () => {
        while (!isOver) {
          const asked = performance.now()
          const refusal = await counter.take(0)
          if (!refusal) made.push({ asked, answered: performance.now() })
          else await setTimeout(Math.min(refusal.milliseconds, 50))
        }
      }
      await Promise.all(Array.from({ length: 8 }, take))
    }
    const loads = Array.from({ length: count }, (_, index) => load(index))
    await expect.poll(() => made.length).toBeGreaterThan(0)
    await setTimeout(3 * window.milliseconds)
    isOver = true
    await Promise.all(loads)
    // Redis counted each at some time between the two, by whole milliseconds: only what was surely within the window counts.
    for (const { asked: start } of made) {
      const within = made.filter(
        ({ asked, answered }) => asked >= start && answered < start + window.milliseconds - 2,
      )
      expect(within.length).toBeLessThanOrEqual(window.calls)
    }
    expect(made.length).toBeGreaterThanOrEqual(0.95 * 3 * window.calls)
  },
)

test('an instance that is killed in mid-flight keeps nobody waiting for longer than its lease', async () => {
  await using redis = await startRedis()
  await using sandbox = await startSandbox()
  const { journal } = sandbox.zenovay
  const environment = { PORT: '0', REDIS_URL: redis.url, ...sandbox.environment(['zenovay']) }
  await using first = await startChild('main.ts', environment)
  await using second = await startChild('main.ts', environment)
  const [origin, other] = [await originOf(first), await originOf(second)]
  journal.script({ hang: true, times: 1 })
  const cut = askText(origin, views(website)).catch(() => 'cut')
  await expect.poll(() => journal.calls.length).toBe(1)
  const asked = performance.now()
  const answer = askText(other, views(website))
  first.process.kill('SIGKILL')
  expect(await cut).toBe('cut')
  expect((await answer).errors).toEqual([])
  expect(journal.calls).toHaveLength(2)
  // Three seconds, and the pace of a busy machine; the hanging call would be given ten.
  expect(performance.now() - asked).toBeLessThan(9_000)
})

test.each([
  ['killed', (redis: RedisServer) => redis.kill(), (redis: RedisServer) => redis.restart()],
  ['frozen', async (redis: RedisServer) => redis.pause(), async (redis: RedisServer) => redis.resume()],
])(
  'with a Redis that is %s each instance answers by itself, and together again when it is back',
  async (_, lose, mend) => {
    await using fleet = await serveFleet(3)
    const { journal } = fleet.sandbox.analytiks
    const calls = () => journal.calls.filter(({ route }) => route === 'POST /json/v2').length
    let day = 0
    const cold = async () => {
      const start = new Date(Date.UTC(2025, 0, 5 * ++day)).toISOString()
      const end = new Date(Date.UTC(2025, 0, 5 * day + 1)).toISOString()
      const query = `{ location(by: { id: "oxford-street" }) { traffic(range: { utc: { start: "${start}", end: "${end}" } }) { total } } }`
      journal.clear()
      // Held, so that all are there before it is answered.
      journal.script({ route: 'POST /json/v2', delay: 1_000 })
      const answers = await Promise.all(fleet.origins.map(origin => askText(origin, query)))
      expect(answers.map(({ errors }) => errors)).toEqual([[], [], []])
      return calls()
    }
    // An instance that does not hear the others yet asks by itself.
    const isSettled = async () => {
      const first = await cold()
      return first === (await cold())
    }
    await expect.poll(isSettled, { timeout: 60_000 }).toBe(true)
    const together = await cold()
    await lose(fleet.redis)
    expect(await cold()).toBe(3 * together)
    await mend(fleet.redis)
    await expect.poll(cold, { timeout: 60_000 }).toBe(together)
  },
)

/** When `take` was called, and when it resolved. */
interface Take {
  readonly asked: number
  readonly answered: number
}

/** The Redis, so many milliseconds away in each direction. */
async function delayed({ port }: RedisServer, milliseconds: number) {
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', async data => {
        if (milliseconds > 0) await setTimeout(milliseconds)
        to.write(data)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: own } = server.address() as AddressInfo
  return {
    url: `redis://127.0.0.1:${own}`,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
