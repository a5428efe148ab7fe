import { expect, test } from 'vitest'
import { imageAddress } from '../../../src/providers/aura-vision/image-hosts.ts'

test.each([
  ['https://images.example.com/a?b', true],
  ['https://images.example.com:443/a', true],
  ['http://127.0.0.1:4711/a', true],
  ['http://images.example.com/a', false],
  ['https://images.example.com:8443/a', false],
  ['https://images.example.com.evil.example/a', false],
  ['https://evil.example/images.example.com', false],
  ['https://images.example.com@evil.example/', false],
  ['http://127.0.0.1:4712/a', false],
  ['https://127.0.0.1:4711/a', false],
  ['file:///images.example.com', false],
  ['javascript:alert(1)', false],
  ['/a', false],
  ['', false],
])('an image at %s is allowed: %s', (url, allowed) => {
  const hosts = ['images.example.com', 'http://127.0.0.1:4711']
  expect(imageAddress(url, hosts)?.url.href).toBe(allowed ? new URL(url).href : undefined)
})
