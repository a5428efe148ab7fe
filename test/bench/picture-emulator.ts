import { once } from 'node:events'
import { createServer } from 'node:http'
import sharp from 'sharp'
import { onOrder, sayOrigin } from './orders.ts'

/** PostHog's pictures: of about a million bytes, each unlike all others by what stands behind its end. */
const picture = await sharp({
  create: {
    width: 1024,
    height: 1200,
    channels: 3,
    background: '#888',
    noise: { type: 'gaussian', mean: 128, sigma: 60 },
  },
})
  .jpeg({ quality: 92 })
  .toBuffer()
let calls = 0

const server = createServer((request, response) => {
  const uuid = /\/heatmap_screenshots\/([\w-]{36})\/content\//.exec(request.url ?? '')?.[1]
  if (!uuid) return void response.writeHead(404).end()
  calls++
  response.writeHead(200, {
    'content-type': 'image/jpeg',
    'content-length': picture.byteLength + uuid.length,
    'content-disposition': `attachment; filename="screenshot-${uuid}-1024.jpg"`,
  })
  response.write(picture)
  response.end(uuid)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
onOrder('calls', () => calls)
sayOrigin(server)
