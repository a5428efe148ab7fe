import { randomUUID } from 'node:crypto'
import type { BusDriver } from 'bentocache/types'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { tryJson } from './json.ts'

/**
 * Tells other instances what their memory must forget, all names of a turn of the event loop in one message.
 * Bentocache's own bus sends a message a name, and a Redis that is down at the start ends the process. A message that
 * is lost costs freshness within an answer's own life, and nothing else.
 */
export function openAnswerBus(redis: Redis, subscriber: Redis): BusDriver {
  const from = randomUUID()
  const names = new Set<string>()
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
    async subscribe(channel, handle) {
      const subscribe = () => void subscriber.subscribe(channel).catch(() => {})
      subscriber.on('ready', subscribe)
      if (subscriber.status === 'ready') subscribe()
      subscriber.on('message', (_channel, text) => {
        const { success, data: news } = News.safeParse(tryJson(text))
        if (success && news.from !== from) void handle(JSON.parse(text).message)
      })
    },
    async unsubscribe() {},
    async disconnect() {},
  }
  return bus
}

/** Bentocache's own vocabulary. */
const Message = z.object({ type: z.string(), namespace: z.string(), keys: z.array(z.string()) })
const News = z.object({ from: z.string(), message: Message })
