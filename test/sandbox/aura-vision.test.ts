import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type AuraVisionEmulator, serveAuraVision } from '../../src/sandbox/aura-vision.ts'

const example = {
  request: readFileSync(new URL('../fixtures/aura-vision/detail-request.json', import.meta.url), 'utf8'),
  response: readFileSync(new URL('../fixtures/aura-vision/detail-response.txt', import.meta.url), 'utf8'),
}
const oxfordStreet = '64a1b2c3d4e5f6a7b8c9d0e3'
const rueDeRivoli = '64a1b2c3d4e5f6a7b8c9d0e4'

describe('tokens', () => {
  it('are given for the credentials of the environment', async () => {
    await using emulator = await serveAuraVision({ tokenSeconds: 900 })
    const answer = await askToken(emulator)
    expect(answer.status).toBe(200)
    const access_token = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(await answer.json()).toEqual({ access_token, token_type: 'Bearer', expires_in: 900 })
  })

  it.each([
    { client_id: 'another' },
    { client_secret: 'wrong' },
    { audience: undefined },
    { grant_type: 'password' },
  ])('are refused for other credentials: %j', async change => {
    await using emulator = await serveAuraVision()
    const answer = await askToken(emulator, change)
    expect(answer.status).toBe(401)
    expect(await answer.json()).toHaveProperty('error')
  })

  it('are checked when a socket is opened', async () => {
    const clock = { now: Date.parse('2024-06-01T12:00:00Z') }
    await using emulator = await serveAuraVision({ now: () => new Date(clock.now), tokenSeconds: 60 })
    const token = await issueToken(emulator)
    expect(await upgradeStatus(emulator, '/')).toBe(401)
    expect(await upgradeStatus(emulator, '/?token=unknown')).toBe(401)
    expect(await upgradeStatus(emulator, `/?token=${token}`)).toBe(101)
    clock.now += 60_000
    expect(await upgradeStatus(emulator, `/?token=${token}`)).toBe(401)
    expect(emulator.journal.count('connect')).toBe(4)
  })

  it('that end in mid-session fail the next request and close the socket', async () => {
    const clock = { now: Date.parse('2024-06-01T12:00:00Z') }
    await using emulator = await serveAuraVision({ now: () => new Date(clock.now), tokenSeconds: 60 })
    const client = await connect(emulator)
    clock.now += 60_000
    client.socket.send(example.request)
    expect(JSON.parse(await client.next())).toMatchObject({ message: 'Unauthorized' })
    await client.closed
  })
})

describe('answers', () => {
  it("hold the vendor's own example, the URL apart", async () => {
    await using emulator = await serveAuraVision()
    const client = await connect(emulator)
    client.socket.send(example.request)
    const frame = await client.next()
    const prefix = 'req-hm-001|0|0|'
    expect([frame.slice(0, prefix.length), example.response.slice(0, prefix.length)]).toEqual([
      prefix,
      prefix,
    ])
    const url = expect.any(String)
    const expected = JSON.parse(example.response.slice(prefix.length)).map((row: object) => ({ ...row, url }))
    const rows = JSON.parse(frame.slice(prefix.length))
    expect(rows).toEqual(expected)
    expect(Object.keys(rows[0])).toEqual(Object.keys(expected[0]))
    expect(emulator.journal.calls.at(-1)).toMatchObject({
      route: 'detail/list',
      body: JSON.parse(example.request),
    })
  })

  it('hold a row for each camera, slice and type of an open day, with UTC and local time', async () => {
    await using emulator = await serveAuraVision()
    const rows = await list(emulator, { entities: [rueDeRivoli], end: '2024-07-07T23:59:59Z' })
    const open = ['01', '02', '03', '04', '05', '06'].map(day => `2024-07-${day}T10:00:00.000`)
    expect([...new Set(rows.map(row => row.local_time))]).toEqual(open)
    expect(rows[0]).toMatchObject({ created: '2024-07-01T08:00:00.000', location_id: rueDeRivoli })
    expect(rows).toHaveLength(6 * 2 * 2 * 2)
    expect(new Set(rows.map(row => row.recording_id)).size).toBe(2)
  })

  it('honour the filters for role, age, gender and zone', async () => {
    await using emulator = await serveAuraVision()
    const all = await list(emulator, {})
    expect(await list(emulator, { roles: ['customer|staff'] })).toHaveLength(2)
    expect(await list(emulator, { roles: ['staff', 'customer'] })).toHaveLength(6)
    const { age = '', gender = '' } = all[0] ?? {}
    const young = await list(emulator, { ages: [age], genders: [gender] })
    expect(young.map(withoutUrl)).toEqual(
      all.filter(row => row.age === age && row.gender === gender).map(withoutUrl),
    )
    expect(await list(emulator, { taxonomy: 'Service' })).toHaveLength(4)
    expect(await list(emulator, { taxonomy: 'Service:Checkout' })).toHaveLength(4)
    expect(await list(emulator, { taxonomy: 'Serv' })).toEqual([])
  })

  it('include both ends of the range and nothing that is still to come', async () => {
    const clock = { now: Date.parse('2024-07-02T07:59:59.999Z') }
    await using emulator = await serveAuraVision({ now: () => new Date(clock.now) })
    const opening = '2024-07-01T08:00:00.000Z'
    expect(await list(emulator, { start: opening, end: opening })).toHaveLength(8)
    expect(await list(emulator, { start: '2024-07-01T08:00:00.001Z', end: '2024-07-09T00:00:00Z' })).toEqual(
      [],
    )
    clock.now += 1
    expect(await list(emulator, { start: '2024-07-02T00:00:00Z', end: '2024-07-09T00:00:00Z' })).toHaveLength(
      8,
    )
  })

  it('hold several locations at once, and no row for a location of someone else', async () => {
    await using emulator = await serveAuraVision()
    const stranger = 'ffffffffffffffffffffffff'
    const rows = await list(emulator, { entities: [rueDeRivoli, stranger, oxfordStreet] })
    expect(new Set(rows.map(row => row.location_id))).toEqual(new Set([oxfordStreet, rueDeRivoli]))
    expect(await list(emulator, { entities: [stranger] })).toEqual([])
  })

  it.each([
    ['text', 'hello'],
    ['an unknown action', change(message => ({ ...message, action: 'list' }))],
    ['an unknown route', change(({ data, ...rest }) => ({ ...rest, data: { ...data, route: 'detail' } }))],
    ['an unknown type', request({ heatmapType: ['steps'] })],
    ['a date without a time', request({ start: '2024-07-01' })],
    ['a time without a zone', request({ start: '2024-07-01T00:00:00' })],
    ['a filter that does not exist', request({ role: ['customer'] })],
    ['an id that is no object id', request({ entities: ['oxford-street'] })],
  ])('to %s are an error without a frame, and the socket stays', async (_, message) => {
    await using emulator = await serveAuraVision()
    const client = await connect(emulator)
    client.socket.send(message)
    expect(JSON.parse(await client.next())).toEqual({
      message: expect.any(String),
      connectionId: expect.any(String),
      requestId: expect.any(String),
    })
    client.socket.send(example.request)
    expect(await client.next()).toMatch(/^req-hm-001\|0\|0\|\[/)
  })
})

describe('frames', () => {
  it.each([
    ['last-index', ['0|2', '1|2', '2|2']],
    ['count-from-zero', ['0|3', '1|3', '2|3']],
    ['count-from-one', ['1|3', '2|3', '3|3']],
  ] as const)('of a split answer are numbered as told: %s', async (numbering, numbers) => {
    await using emulator = await serveAuraVision({ parts: 3, numbering })
    const client = await connect(emulator)
    client.socket.send(request({ roles: ['customer|staff'] }))
    const frames = [await client.next(), await client.next(), await client.next()].map(split)
    expect(frames.map(({ part, total }) => `${part}|${total}`)).toEqual(numbers)
    expect(JSON.parse(frames.map(({ text }) => text).join(''))).toHaveLength(2)
  })

  it.each([
    ['in-turn', ['a0', 'a1', 'b0', 'b1']],
    ['interleaved', ['a0', 'b0', 'a1', 'b1']],
    ['reversed', ['a1', 'a0', 'b1', 'b0']],
  ] as const)('of answers that are ready at once come in the order told: %s', async (order, sequence) => {
    await using emulator = await serveAuraVision({ parts: 2, order })
    const client = await connect(emulator)
    // In one write, so that both requests arrive in one tick.
    const wire = Reflect.get(client.socket, '_socket')
    wire.cork()
    client.socket.send(request({}, 'a'))
    client.socket.send(request({}, 'b'))
    wire.uncork()
    const frames = [await client.next(), await client.next(), await client.next(), await client.next()]
    expect(frames.map(split).map(({ id, part }) => id + part)).toEqual(sequence)
  })

  it('are never longer than the gateway lets through', async () => {
    await using emulator = await serveAuraVision()
    const client = await connect(emulator)
    client.socket.send(request({ start: '2024-01-01T00:00:00Z', end: '2024-03-31T00:00:00Z' }))
    const first = split(await client.next())
    expect(first.total).toBeGreaterThan(1)
    const rest = await Promise.all(
      Array.from({ length: first.total }, async () => split(await client.next())),
    )
    for (const { text } of [first, ...rest]) expect(text.length).toBeLessThan(128 * 1024)
    expect(JSON.parse([first, ...rest].map(({ text }) => text).join(''))).toBeInstanceOf(Array)
  })
})

describe('images', () => {
  it('are shown at the signed URL, at the host that the environment names', async () => {
    await using emulator = await serveAuraVision()
    const [row] = await list(emulator, {})
    const url = new URL(row?.url ?? '')
    expect(url.origin).toBe(emulator.environment.AURA_VISION_IMAGE_HOSTS)
    const answer = await fetch(url)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect((await sharp(await answer.bytes()).metadata()).format).toBe('png')
  })

  it('are refused when the URL is altered or has ended', async () => {
    const clock = { now: Date.parse('2024-08-01T00:00:00Z') }
    await using emulator = await serveAuraVision({ now: () => new Date(clock.now), urlSeconds: 30 })
    const [row] = await list(emulator, {})
    const url = row?.url ?? ''
    const later = url.replace(/Expires=\d+/, 'Expires=99999999999')
    for (const altered of [
      later,
      url.replace('/path/', '/exit/'),
      url.slice(0, -3),
      url.split('?')[0] ?? '',
    ]) {
      const answer = await fetch(altered)
      expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('<Error><Code>')])
    }
    clock.now += 31_000
    expect(await (await fetch(url)).text()).toContain('Request has expired')
  })
})

describe('faults', () => {
  it('replace an answer by frames of their own, cut it or keep it back', async () => {
    await using emulator = await serveAuraVision()
    emulator.journal.script({ route: 'detail/list', times: 1, hang: true })
    emulator.journal.script({ route: 'detail/list', times: 1, frames: ['{id}|0|1|[', '{id}|1|1|{oops'] })
    emulator.journal.script({ route: 'detail/list', times: 1, cut: true })
    const client = await connect(emulator)
    client.socket.send(request({}, 'kept'))
    client.socket.send(request({}, 'own'))
    expect([await client.next(), await client.next()]).toEqual(['own|0|1|[', 'own|1|1|{oops'])
    client.socket.send(request({}))
    expect(await client.closed).toBe(1006)
    expect(emulator.journal.count('detail/list')).toBe(3)
  })

  it('refuse, cut or keep back a connect, and closing the emulator ends what waits', async () => {
    const emulator = await serveAuraVision()
    emulator.journal.script({ route: 'connect', times: 1, answer: { status: 503, body: 'busy' } })
    emulator.journal.script({ route: 'connect', times: 1, cut: true })
    emulator.journal.script({ route: 'connect', times: 1, hang: true })
    const url = `/?token=${await issueToken(emulator)}`
    expect(await upgradeStatus(emulator, url)).toBe(503)
    expect(await upgradeStatus(emulator, url)).toBe('ECONNRESET')
    const arrived = new Promise<void>(resolve => {
      const { arrive } = emulator.journal
      emulator.journal.arrive = call => {
        resolve()
        return arrive.call(emulator.journal, call)
      }
    })
    const waiting = upgradeStatus(emulator, url)
    await arrived
    await emulator[Symbol.asyncDispose]()
    expect(await waiting).toBe('ECONNRESET')
  })

  it('drop every connection on demand', async () => {
    await using emulator = await serveAuraVision()
    const clients = [await connect(emulator), await connect(emulator)]
    expect(emulator.connections()).toBe(2)
    emulator.dropConnections()
    expect(emulator.connections()).toBe(0)
    expect(await Promise.all(clients.map(client => client.closed))).toEqual([1006, 1006])
  })

  it('include a socket that is idle for too long', async () => {
    await using emulator = await serveAuraVision({ idleSeconds: 0.05 })
    expect(await (await connect(emulator)).closed).toBe(1001)
  })
})

type Row = Record<string, string>

function askToken(emulator: AuraVisionEmulator, change: object = {}): Promise<Response> {
  const { environment } = emulator
  const body = JSON.stringify({
    client_id: environment.AURA_VISION_CLIENT_ID,
    client_secret: environment.AURA_VISION_CLIENT_SECRET,
    audience: environment.AURA_VISION_AUDIENCE,
    grant_type: 'client_credentials',
    ...change,
  })
  const headers = { 'content-type': 'application/json' }
  return fetch(`${environment.AURA_VISION_ISSUER}/oauth/token`, { method: 'POST', headers, body })
}

async function issueToken(emulator: AuraVisionEmulator): Promise<string> {
  const { access_token } = JSON.parse(await (await askToken(emulator)).text())
  return access_token
}

async function connect(emulator: AuraVisionEmulator) {
  const socket = new WebSocket(`${emulator.environment.AURA_VISION_URL}/?token=${await issueToken(emulator)}`)
  const inbox: string[] = []
  const arrivals = new EventEmitter()
  socket.on('message', data => {
    inbox.push(String(data))
    arrivals.emit('message')
  })
  const closed = new Promise<number>(resolve => socket.on('close', resolve))
  await once(socket, 'open')
  async function next(): Promise<string> {
    while (inbox.length === 0) await once(arrivals, 'message')
    return inbox.shift() ?? ''
  }
  return { socket, closed, next }
}

/** The status that an upgrade is answered with, or the code of what went wrong. */
function upgradeStatus(emulator: AuraVisionEmulator, path: string): Promise<number | string | undefined> {
  const socket = new WebSocket(emulator.environment.AURA_VISION_URL + path)
  return new Promise(resolve => {
    socket.on('upgrade', response => resolve(response.statusCode))
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode)
      request.destroy()
    })
    socket.on('error', error => resolve('code' in error ? String(error.code) : error.message))
  })
}

/** One open day of one store unless told otherwise; `entities` apart, changes go to the filter. */
function request(
  changes: { readonly entities?: readonly string[] } & Record<string, unknown>,
  id = 'one',
): string {
  const { entities = [rueDeRivoli], ...filter } = changes
  return JSON.stringify({
    action: 'detail',
    data: {
      id,
      route: 'detail/list',
      body: {
        returnEntityType: 'heatmap',
        entities,
        entityType: 'location',
        filter: {
          start: '2024-07-01T00:00:00Z',
          end: '2024-07-01T23:59:59Z',
          heatmapType: ['path', 'linger'],
          ...filter,
        },
      },
    },
  })
}

function change(edit: (message: { data: object }) => object): string {
  return JSON.stringify(edit(JSON.parse(example.request)))
}

async function list(emulator: AuraVisionEmulator, changes: Parameters<typeof request>[0]): Promise<Row[]> {
  const client = await connect(emulator)
  client.socket.send(request(changes))
  const { text } = split(await client.next())
  client.socket.close()
  return JSON.parse(text)
}

function split(frame: string) {
  const [, id = '', part, total, text = ''] = /^([^|]*)\|(\d+)\|(\d+)\|(.*)$/s.exec(frame) ?? []
  return { id, part: Number(part), total: Number(total), text }
}

function withoutUrl({ url: _, ...row }: Row): Row {
  return row
}
