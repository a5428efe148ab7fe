import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { tryJson } from '../http/json.ts'

/**
 * Notifies other instances of entries that their memory must forget. A lost message only costs freshness within an entry's TTL.
 */
export interface InvalidationBus {
  /** All keys of one turn of the event loop go out in one message. */
  publish(key: string): void
}

/** `forget` is called for each key that another instance publishes. */
export function openInvalidationBus({
  redis,
  subscriber,
  channel,
  forget,
}: {
  readonly redis: Redis
  readonly subscriber: Redis
  readonly channel: string
  readonly forget: (key: string) => void
}): InvalidationBus {
  const from = randomUUID()
  const keys = new Set<string>()
  // If it fails, the connection was lost, and the next connection that is ready subscribes again.
  const listen = () => void subscriber.subscribe(channel).catch(() => {})
  subscriber.on('ready', listen)
  if (subscriber.status === 'ready') listen()
  subscriber.on('message', (heard, text) => {
    if (heard !== channel) return
    const { data: message } = Message.safeParse(tryJson(text))
    if (message && message.from !== from) for (const key of message.keys) forget(key)
  })
  return {
    publish(key) {
      if (keys.size === 0)
        setImmediate(() => {
          const message = { from, keys: [...keys] }
          keys.clear()
          // The message is lost, as the interface allows.
          redis.publish(channel, JSON.stringify(message)).catch(() => {})
        })
      keys.add(key)
    },
  }
}

const Message = z.object({ from: z.string(), keys: z.array(z.string()) })
