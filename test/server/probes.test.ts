import { expect, test } from 'vitest'
import { requestText, sendRaw } from '../support/raw-http.ts'
import { serve } from '../support/serving.ts'

test('a probe asks for health by any host where other machines reach the server, and for nothing else', async () => {
  await using served = await serve({
    environment: { HOST: '0.0.0.0', ISOTHERM_ANONYMOUS: 'traffic:read', ISOTHERM_HOSTS: 'graph.internal' },
  })
  const { port } = new URL(served.origin)
  const statusOf = async (path: string) =>
    (await sendRaw(`http://127.0.0.1:${port}`, requestText(`GET ${path} HTTP/1.1`, ['host: 10.0.0.7:4000'])))
      .status
  expect(await statusOf('/healthz')).toBe(200)
  expect(await statusOf('/readyz')).toBe(200)
  expect(await statusOf('/graphql?query={__typename}')).toBe(421)
})
