import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import tls from 'node:tls'
import { beforeAll, expect, test } from 'vitest'
import { openRedis } from '../../../src/upstream/cache/redis.ts'
import { certificateFor, installOpenssl } from '../../support/certificate.ts'
import { emptyFolder } from '../../support/child.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { recordLog } from '../../support/recorded-log.ts'
import { installRedis, startRedis } from '../../support/redis.ts'

beforeAll(async () => {
  await installRedis()
  await installOpenssl()
}, installMilliseconds)

test('a Redis behind TLS is told by which name it is asked, and shows the certificate of that name', async () => {
  await using resources = new AsyncDisposableStack()
  const redis = resources.use(await startRedis())
  const own = await certificateFor('localhost', await emptyFolder(resources))
  const others = await certificateFor('another.example', await emptyFolder(resources))
  // As a balancer does that serves several names at one address.
  const balancer = tls.createServer({
    ...others,
    SNICallback: (name, choose) => choose(null, tls.createSecureContext(name === 'localhost' ? own : others)),
  })
  balancer.on('secureConnection', near => {
    const far = connect(redis.port, '127.0.0.1')
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  balancer.listen(0, 'localhost')
  await once(balancer, 'listening')
  resources.defer(() => void balancer.close())
  const trusted = tls.getCACertificates('default')
  tls.setDefaultCACertificates([...trusted, own.cert])
  resources.defer(() => tls.setDefaultCACertificates(trusted))
  const { port } = balancer.address() as AddressInfo
  const { log, messages } = recordLog('info')
  using connection = openRedis(`rediss://localhost:${port}`, log)
  expect(await connection.ping()).toBe('PONG')
  using _nameless = openRedis(`rediss://127.0.0.1:${port}`, log)
  await expect.poll(() => messages).toEqual([expect.stringContaining('Redis cannot be used')])
})
