import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { spatialImages } from '../images/serving-images.ts'
import { serve } from '../support/serving.ts'

test('a hundred readers who read nothing hold up nobody', async () => {
  const raw = { width: 1500, height: 1500, channels: 3 } as const
  const large = await sharp(randomBytes(raw.width * raw.height * raw.channels), { raw })
    .png({ compressionLevel: 0 })
    .toBuffer()
  await using served = await serve({ sandbox: { 'aura-vision': { image: async () => large } } })
  const [first = '', second = ''] = (await spatialImages(served)).map(({ link }) => link ?? '')
  expect((await fetch(first)).status).toBe(200)
  const { pathname, port } = new URL(first)
  for (let readers = 0; readers < 100; readers++) {
    const socket = connect(Number(port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined)
    socket.write(`GET ${pathname} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    const [head] = await once(socket, 'data')
    socket.pause()
    expect(String(head)).toMatch(/^HTTP\/1\.1 200 /)
  }
  for (const link of [first, second, `${second}?width=100`]) {
    const response = await fetch(link)
    await response.arrayBuffer()
    expect(response.status).toBe(200)
  }
})
