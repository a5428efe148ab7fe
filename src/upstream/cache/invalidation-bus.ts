import { randomUUID } from 'node:crypto'
import type { BusDriver, CacheBusMessage } from 'bentocache/types'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { tryJson } from '../http/json.ts'

/**
 * Tells other instances what their memory must forget, all names of a turn of the event loop in one message.
 * Bentocache's own bus sends a message a name, and a Redis that is down at the start ends the process. A message that
 * is lost costs freshness within an answer's own life, and nothing else.
 */
export function openInvalidationBus(redis: Redis, subscriber: Redis): BusDriver {
  const from = randomUUID()
  const names = new Set<string>()
  // Whoever subscribes says what is heard, and Bentocache says what it publishes.
  function subscribe<Heard>(channel: string, handle: (message: Heard) => void): Promise<void>
  async function subscribe(channel: string, handle: (message: CacheBusMessage) => void): Promise<void> {
    const listen = () => void subscriber.subscribe(channel).catch(() => {})
    subscriber.on('ready', listen)
    if (subscriber.status === 'ready') listen()
    subscriber.on('message', (_channel, text) => {
      const { success, data: news } = News.safeParse(tryJson(text))
      if (success && news.from !== from) void handle(news.message)
    })
  }
  const bus: BusDriver = {
    setId: () => bus,
    onReconnect() {},
    async publish(channel, message) {
      const { namespace, keys } = Message.parse(message)
      if (names.size === 0)
        setImmediate(() => {
          const news = { from, message: { type: 'delete', namespace, keys: [...names] } }
          names.clear()
          redis.publish(channel, JSON.stringify(news)).catch(() => {})
        })
      for (const key of keys) names.add(key)
    },
    subscribe,
    async unsubscribe() {},
    async disconnect() {},
  }
  return bus
}

/** Bentocache's own vocabulary. */
const Message = z.object({ namespace: z.string(), keys: z.array(z.string()) })
const News = z.object({ from: z.string(), message: Message.extend({ type: z.literal('delete') }) })
