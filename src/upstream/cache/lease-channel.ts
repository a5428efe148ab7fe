import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Log } from '../log.ts'
import { askTwice } from './ask-twice.ts'
import { redisErrorCode } from './redis-error-code.ts'

export interface LeaseChannelOptions {
  readonly redis: Redis
  readonly subscriber: Redis
  readonly name: string
  readonly log: Log
  readonly onMessage: (text: string) => void
  /** Called when messages may have been missed. */
  readonly onDeaf: () => void
}

/** The channel of messages about leases that ended. Knows whether they arrive: if not, no instance may wait for one. */
export class LeaseChannel implements Disposable {
  readonly name: string
  readonly #options: LeaseChannelOptions
  /** Only this instance publishes there, to hear whether messages arrive. */
  readonly #ownName: string
  #isSubscribed = false
  #isHearing = false
  #isLogged = false
  #isChecking = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: LeaseChannelOptions) {
    this.#options = options
    const { redis, subscriber, name } = options
    this.name = name
    this.#ownName = `${name}:${randomUUID()}`
    subscriber.on('ready', this.#listen)
    subscriber.on('close', this.#leave)
    subscriber.on('message', this.#hear)
    redis.on('ready', this.check)
    if (subscriber.status === 'ready') this.#listen()
  }

  /** The result of the last test whether messages arrive. */
  get isHearing(): boolean {
    return this.#isHearing
  }

  [Symbol.dispose](): void {
    const { redis, subscriber } = this.#options
    clearTimeout(this.#timer)
    this.#isChecking = false
    subscriber.off('ready', this.#listen).off('close', this.#leave).off('message', this.#hear)
    redis.off('ready', this.check)
  }

  readonly #listen = () => {
    const subscribed = () => {
      this.#isSubscribed = true
      this.check()
    }
    this.#options.subscriber.subscribe(this.name, this.#ownName).then(subscribed, error => {
      if (this.#options.subscriber.status === 'ready') this.#fail(error)
    })
  }

  /** The loss of a connection is logged elsewhere. */
  readonly #leave = () => {
    clearTimeout(this.#timer)
    this.#isSubscribed = false
    this.#isChecking = false
    this.#deafen()
  }

  readonly #hear = (from: string, text: string) => {
    if (from === this.name) this.#options.onMessage(text)
    if (from !== this.#ownName) return
    clearTimeout(this.#timer)
    this.#isChecking = false
    this.#isHearing = true
    if (this.#isLogged) this.#options.log.warn({}, 'Redis delivers messages between instances again')
    this.#isLogged = false
  }

  /** Tests whether messages still arrive: a connection may die silently. */
  readonly check = (): void => {
    const { redis, subscriber } = this.#options
    // On a connection of its own, a message may overtake the subscription and reach nobody.
    if (this.#isChecking || !this.#isSubscribed || subscriber.status !== 'ready') return
    this.#isChecking = true
    askTwice(() => redis.publish(this.#ownName, '')).then(
      () => {
        if (this.#isChecking) this.#in(patience, () => setImmediate(this.#miss))
      },
      error => {
        this.#isChecking = false
        if (redis.status === 'ready') this.#fail(error)
        else this.#deafen()
      },
    )
  }

  /** Waits one turn of the event loop, in which the message would be read if it came while the process was busy. */
  readonly #miss = () => {
    if (!this.#isChecking) return
    this.#isChecking = false
    this.#fail(undefined)
  }

  #fail(error: unknown): void {
    const wasHearing = this.#isHearing
    const code = redisErrorCode(error)
    const reason = code ?? 'none arrives'
    const advice =
      'allow SUBSCRIBE and PUBLISH on isotherm:*; until then instances do not wait for each other'
    // An error without a code is of the connection, whose loss is logged elsewhere.
    if (!this.#isLogged && (error === undefined || code !== undefined)) {
      this.#options.log.warn(
        { reason },
        `Redis delivers no messages between instances (${reason}): ${advice}`,
      )
      this.#isLogged = true
    }
    this.#deafen()
    const reconnect = () => {
      if (this.#options.subscriber.status === 'ready') this.#options.subscriber.disconnect(true)
    }
    if (wasHearing) reconnect()
    else this.#in(retryPause, reconnect)
  }

  #deafen(): void {
    this.#isHearing = false
    this.#options.onDeaf()
  }

  #in(milliseconds: number, act: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(act, milliseconds).unref()
  }
}

/** The longest time for a message after Redis accepted it, in milliseconds. */
const patience = 500

/** The pause before the next test if messages never arrived, in milliseconds. */
const retryPause = 10_000
