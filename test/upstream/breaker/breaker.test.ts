import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Attempt,
  Breaker,
  type BreakerState,
  type Outcome,
} from '../../../src/upstream/breaker/breaker.ts'

/** A breaker with a clock of its own, and what it said. */
function open(options: { readonly minimumCalls?: number } = {}) {
  const said: string[] = []
  const clock = { now: 0 }
  const breaker = new Breaker({
    ...options,
    now: () => clock.now,
    onOpen: (milliseconds, isProbe) =>
      said.push(`${isProbe ? 'probe failed' : 'open'} ${milliseconds / 1000}`),
    onClose: () => said.push('closed'),
  })
  const call = (outcome: Outcome, question = 'q') => {
    const attempt = breaker.begin()
    attempt?.end(outcome, question)
    return attempt !== undefined
  }
  const fail = (times: number) => {
    for (let time = 0; time < times; time++) call('failed', `q${time}`)
  }
  return { breaker, clock, said, call, fail }
}

test('five failures in a second or more open it, and nothing is let through for 30 seconds', () => {
  const { breaker, clock, said, call, fail } = open()
  fail(4)
  clock.now = 1_000
  expect(breaker.state).toBe('CLOSED')
  fail(1)
  expect(breaker.state).toBe('OPEN')
  clock.now = 30_999
  expect(call('well')).toBe(false)
  clock.now = 31_000
  expect(breaker.state).toBe('HALF_OPEN')
  expect(call('well')).toBe(true)
  expect(breaker.state).toBe('CLOSED')
  expect(said).toEqual(['open 30', 'closed'])
})

test('calls that were well before do not delay it once all calls of a second fail', () => {
  const { breaker, clock, call, fail } = open()
  for (let time = 0; time < 1000; time++) call('well', 'a')
  fail(4)
  clock.now = 999
  fail(40)
  expect(breaker.state).toBe('CLOSED')
  clock.now = 1_000
  fail(1)
  expect(breaker.state).toBe('OPEN')
})

test('of the calls of one moment it takes twenty failures', () => {
  const { breaker, fail } = open()
  fail(19)
  expect(breaker.state).toBe('CLOSED')
  fail(1)
  expect(breaker.state).toBe('OPEN')
})

test('soon after a pause five failures are enough', () => {
  const { breaker, clock, call, fail } = open()
  fail(20)
  clock.now = 30_000
  call('well')
  fail(4)
  expect(breaker.state).toBe('CLOSED')
  fail(1)
  expect(breaker.state).toBe('OPEN')
})

test('soon after a pause five failures in a row are enough, whatever was well since, and the next pause is twice as long', () => {
  const { breaker, clock, said, call, fail } = open()
  fail(20)
  clock.now = 30_000
  call('well')
  clock.now = 33_000
  for (let time = 0; time < 50; time++) call('well', `w${time}`)
  fail(5)
  expect(breaker.state).toBe('OPEN')
  expect(breaker.left).toBe(60_000)
  clock.now = 93_000
  call('well')
  // Well for long enough: the next time it is as if for the first.
  clock.now = 103_000
  call('well')
  clock.now = 120_000
  fail(20)
  expect(said).toEqual(['open 30', 'closed', 'open 60', 'closed', 'open 30'])
})

test('after a pause more and more calls are let through, and all after three seconds', () => {
  const { clock, call, fail } = open()
  fail(20)
  clock.now = 30_000
  expect(call('well')).toBe(true)
  const made = [30_500, 31_200, 32_999, 33_000].map(now => {
    clock.now = now
    return Array.from({ length: 100 }, () => call('well')).filter(Boolean).length
  })
  expect(made).toEqual([10, 20, 40, 100])
})

test.each([1, 2, 3, 5, 7])(
  'a host that is well for %i s and gone as long gets less than one of fifty calls a second after ten seconds',
  seconds => {
    const { clock, call } = open()
    let made = 0
    for (let now = 0; now < 60_000; now += 20) {
      clock.now = now
      const isWell = Math.floor(now / 1000 / seconds) % 2 === 0
      if (call(isWell ? 'well' : 'failed', `q${now % 400}`) && now >= 10_000) made++
    }
    expect(made).toBeLessThan(50)
  },
)

test('calls that fail together after a second of waiting have failed for a second', () => {
  const { breaker, clock } = open()
  const attempts = [1, 2, 3, 4, 5].map(() => breaker.begin())
  clock.now = 1_000
  for (const [index, attempt] of attempts.entries()) attempt?.end('failed', `q${index}`)
  expect(breaker.state).toBe('OPEN')
})

test('each failed probe doubles the pause, up to 300 seconds, and ten seconds after closing it begins anew', () => {
  const { breaker, clock, said, call, fail } = open()
  fail(20)
  for (let probe = 0; probe < 5; probe++) {
    clock.now += breaker.left
    call('failed')
  }
  clock.now += breaker.left
  call('well')
  clock.now += 10_000
  fail(20)
  expect(said).toEqual([
    'open 30',
    ...[60, 120, 240, 300, 300].map(seconds => `probe failed ${seconds}`),
    'closed',
    'open 30',
  ])
})

test('failures that ten seconds lie between do not open it, nor do fewer than half', () => {
  const { breaker, clock, call, fail } = open()
  for (let time = 0; time < 40; time++) {
    call('failed', `q${time}`)
    clock.now += 3_000
  }
  expect(breaker.state).toBe('CLOSED')
  clock.now += 10_000
  for (let time = 0; time < 100; time++) {
    call('well', 'a')
    call('well', 'b')
    call('failed', `q${time}`)
  }
  expect(breaker.state).toBe('CLOSED')
  clock.now += 10_000
  fail(20)
  expect(breaker.state).toBe('OPEN')
})

test('a failure of long ago is none of the calls that all failed for a second', () => {
  const { breaker, clock, call, fail } = open()
  fail(1)
  clock.now = 3_600_000
  for (let time = 0; time < 100; time++) call('refused', 'a')
  fail(4)
  clock.now += 100
  fail(1)
  expect(breaker.state).toBe('CLOSED')
})

test('a question that fails for ever does not open it as long as others are answered', () => {
  const { breaker, clock, call } = open()
  for (let round = 0; round < 100; round++) {
    for (let time = 0; time < 50; time++) {
      call('failed', 'poisoned')
      if (time === 1) call('well', 'other')
    }
    clock.now += 1_000
  }
  expect(breaker.state).toBe('CLOSED')
  for (let time = 0; time < 10; time++) {
    clock.now += 1_000
    for (let each = 0; each < 50; each++) call('failed', 'poisoned')
  }
  expect(breaker.state).toBe('OPEN')
})

test('a question that is the only one opens it, also soon after others were answered', () => {
  const { breaker, call } = open()
  for (let time = 0; time < 4; time++) call('well', 'other')
  for (let time = 0; time < 20; time++) call('failed', 'only')
  expect(breaker.state).toBe('OPEN')
})

test('half-open lets one call through while it is under way; one whose caller left decides nothing', () => {
  const { breaker, clock, call, fail } = open()
  fail(20)
  clock.now = 30_000
  const probe = breaker.begin()
  expect([call('well'), call('well')]).toEqual([false, false])
  probe?.end('unknown', 'q')
  const next = breaker.begin()
  expect(next).toBeDefined()
  expect(call('well')).toBe(false)
  next?.end('refused', 'q')
  expect(breaker.state).toBe('CLOSED')
})

test('calls that were under way when it opened neither close it nor prolong its pause', () => {
  const { breaker, clock, fail } = open()
  const [early, late] = [breaker.begin(), breaker.begin()]
  fail(20)
  expect([early?.isOver(), late?.isOver()]).toEqual([true, true])
  early?.end('well', 'q')
  clock.now = 10_000
  late?.end('failed', 'q')
  expect(breaker.left).toBe(20_000)
})

test('refusals and calls that say nothing are not counted', () => {
  const { breaker, call, fail } = open()
  for (let time = 0; time < 100; time++) call(time % 2 ? 'refused' : 'unknown', `q${time}`)
  fail(19)
  expect(breaker.state).toBe('CLOSED')
  call('failed')
  expect(breaker.state).toBe('OPEN')
})

test('one that is switched off never opens', () => {
  const { breaker, fail } = open({ minimumCalls: Number.POSITIVE_INFINITY })
  fail(1000)
  expect(breaker.state).toBe('CLOSED')
})

interface Known {
  readonly era: number
  readonly isProbe: boolean
  readonly begunAt: number
}

/** The same by plain lists: every question is another one here. */
class Model {
  state: 'CLOSED' | 'OPEN' = 'CLOSED'
  until = 0
  pause = 0
  probe = false
  counted: { readonly second: number; readonly isFailure: boolean }[] = []
  failedAt = Number.NEGATIVE_INFINITY
  since = 0
  closedAt = Number.NEGATIVE_INFINITY
  row: number[] = []
  begun = 0
  era = 0

  stateAt(now: number): BreakerState {
    return this.state === 'CLOSED' ? 'CLOSED' : now >= this.until ? 'HALF_OPEN' : 'OPEN'
  }

  begin(begunAt: number): Known | undefined {
    if (this.state === 'CLOSED') {
      const most = [10, 30, 70].find((_most, second) => begunAt < this.closedAt + (second + 1) * 1000)
      if (this.begun >= (most ?? Number.POSITIVE_INFINITY)) return undefined
      this.begun++
      return { era: this.era, isProbe: false, begunAt }
    }
    if (begunAt < this.until || this.probe) return undefined
    this.probe = true
    return { era: this.era, isProbe: true, begunAt }
  }

  end(now: number, { era, isProbe, begunAt }: Known, outcome: Outcome) {
    if (era !== this.era) return
    if (isProbe) {
      this.probe = false
      if (outcome === 'failed') this.open(now, Math.min(this.pause * 2, 300_000))
      else if (outcome !== 'unknown') this.close(now)
      return
    }
    if (outcome !== 'well' && outcome !== 'failed') return
    const second = Math.floor(now / 1000)
    this.counted.push({ second, isFailure: outcome === 'failed' })
    const counted = this.counted.filter(one => one.second > second - 10)
    const failures = counted.filter(({ isFailure }) => isFailure).length
    if (outcome === 'well') {
      this.row = []
      return
    }
    if (this.failedAt <= now - 10_000) this.row = []
    this.row.push(begunAt)
    this.since = this.failedAt > now - 10_000 ? Math.min(this.since, begunAt) : begunAt
    this.failedAt = now
    const isSoon = this.closedAt > now - 10_000
    const isLong = now - this.since >= 1000 || failures >= 20 || isSoon
    const isHalf = 2 * failures >= counted.length && isLong
    const isRow = this.row.length >= 5 && (isSoon || now - Math.min(...this.row) >= 1000)
    const pause = isSoon ? Math.min(this.pause * 2, 300_000) : 30_000
    if (counted.length >= 5 && (isHalf || isRow)) this.open(now, pause)
  }

  open(now: number, pause: number) {
    this.era++
    Object.assign(this, { state: 'OPEN', until: now + pause, pause, probe: false })
  }

  close(now: number) {
    this.era++
    this.closedAt = now
    this.begun = 0
    Object.assign(this, { state: 'CLOSED', counted: [], row: [], failedAt: Number.NEGATIVE_INFINITY })
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('begin' as const, 'fail' as const) },
    {
      weight: 4,
      arbitrary: fc.record({
        end: fc.nat(3),
        outcome: fc.constantFrom<Outcome>('well', 'failed', 'failed', 'failed', 'refused', 'unknown'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ pass: fc.oneof(fc.nat(3_000), fc.constantFrom(30_000, 60_000)) }) },
  ),
  { maxLength: 120, size: 'max' },
)

test('whatever happens, it does what a plain model of it does', () => {
  const reached = new Set<BreakerState>()
  fc.assert(
    fc.property(steps, steps => {
      const { breaker, clock } = open()
      const model = new Model()
      const underWay: { attempt: Attempt; known: Known }[] = []
      let count = 0
      // Never two questions of one name, so that none is told from the others.
      const name = () => `q${count++}`
      for (const step of steps) {
        if (step === 'begin') {
          const attempt = breaker.begin()
          const known = model.begin(clock.now)
          expect(attempt !== undefined).toBe(known !== undefined)
          if (attempt && known) underWay.push({ attempt, known })
        } else if (step === 'fail') {
          const attempt = breaker.begin()
          attempt?.end('failed', name())
          const known = model.begin(clock.now)
          if (known) model.end(clock.now, known, 'failed')
        } else if ('pass' in step) clock.now += step.pass
        else {
          const [ended] = underWay.splice(step.end, 1)
          ended?.attempt.end(step.outcome, name())
          if (ended) model.end(clock.now, ended.known, step.outcome)
        }
        expect(breaker.state).toBe(model.stateAt(clock.now))
        reached.add(breaker.state)
      }
    }),
    { numRuns: 500 },
  )
  expect([...reached].sort()).toEqual(['CLOSED', 'HALF_OPEN', 'OPEN'])
})
