import { type Creation, readCreation, readUpdate, resource } from './datadog-bodies.ts'
import { type ErrorShape, errorReply } from './datadog-errors.ts'
import { keyOwner, madeUpSnapshots, type Snapshot } from './datadog-snapshots.ts'
import { type Emulator, type Exchange, type Handler, type Reply, serveEmulator } from './emulator.ts'
import { uuid } from './world.ts'

/**
 * Emulates Datadog's RUM replay heatmap snapshots. Each operation has its own limit, in periods that begin at multiples of
 * `periodSeconds`; a call without valid keys does not count. `page[limit]` beyond `maximumPage` is a 400. Without
 * `errorShape` an unknown snapshot is reported as objects and all other errors as strings.
 */
export async function serveDatadog({
  now = () => new Date(),
  perPeriod = 100,
  periodSeconds = 10,
  maximumPage = 1000,
  defaultPage = 100,
  errorShape,
}: {
  readonly now?: () => Date
  readonly perPeriod?: number
  readonly periodSeconds?: number
  readonly maximumPage?: number
  readonly defaultPage?: number
  readonly errorShape?: ErrorShape
} = {}): Promise<Emulator> {
  const world = new Map(madeUpSnapshots().map(snapshot => [snapshot.id, snapshot]))
  let created = 0

  return serveEmulator({
    provider: 'datadog',
    routes: {
      'GET /api/v1/validate': ({ headers }) =>
        headers['dd-api-key'] === apiKey ? json(200, { valid: true }) : fail(403, ['Forbidden']),
      [`POST ${path}`]: limited('create_replay_heatmap_snapshot', create),
      [`GET ${path}`]: limited('list_replay_heatmap_snapshots', list),
      [`PATCH ${path}/:snapshotId`]: limited('update_replay_heatmap_snapshot', update),
      [`DELETE ${path}/:snapshotId`]: limited('delete_replay_heatmap_snapshot', remove),
    },
    notFound: limited('unknown', () => fail(404, ['Not found'])),
    environment: origin => ({ DATADOG_URL: origin, DD_API_KEY: apiKey, DD_APP_KEY: applicationKey }),
  })

  /** Checks the keys and the limit; every response has the limit's headers, and none a Retry-After. */
  function limited(name: string, handler: Handler): Handler {
    let period = 0
    let used = 0
    return async exchange => {
      const seconds = now().getTime() / 1000
      if (Math.floor(seconds / periodSeconds) !== period) used = 0
      period = Math.floor(seconds / periodSeconds)
      const { headers, ...rest } = await answer(exchange)
      return {
        ...rest,
        headers: {
          'x-ratelimit-limit': String(perPeriod),
          'x-ratelimit-period': String(periodSeconds),
          'x-ratelimit-remaining': String(Math.max(0, perPeriod - used)),
          'x-ratelimit-reset': String(Math.ceil((period + 1) * periodSeconds - seconds)),
          'x-ratelimit-name': name,
          ...headers,
        },
      }
    }

    function answer(exchange: Exchange): Reply | Promise<Reply> {
      const { headers } = exchange
      if (headers['dd-api-key'] !== apiKey || headers['dd-application-key'] !== applicationKey)
        return fail(403, ['Forbidden'])
      if (used >= perPeriod) return fail(429, ['Too many requests'])
      used++
      return handler(exchange)
    }
  }

  function create({ headers, body }: Exchange): Reply {
    if (!isJson(headers)) return fail(415, ['Unsupported Media Type'])
    const read = readCreation(body)
    if ('wrong' in read) return fail(400, read.wrong)
    const snapshot = make(read.asked)
    world.set(snapshot.id, snapshot)
    return json(201, { data: resource(snapshot) })
  }

  function make(asked: Creation): Snapshot {
    const at = now().toISOString()
    return { ...asked, ...keyOwner, id: uuid('datadog', 'created', ++created), createdAt: at, modifiedAt: at }
  }

  function list({ query }: Exchange): Reply {
    const viewName = query.get('filter[view_name]')
    if (!viewName) return fail(400, ['Missing required query parameter filter[view_name]'])
    const limit = query.get('page[limit]') ?? String(defaultPage)
    if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > maximumPage)
      return fail(400, [`page[limit] must be an integer between 1 and ${maximumPage}`])
    const deviceType = query.get('filter[device_type]')
    const applicationId = query.get('filter[application_id]')
    const found = [...world.values()]
      .filter(snapshot => snapshot.viewName === viewName)
      .filter(snapshot => !deviceType || snapshot.deviceType === deviceType)
      .filter(snapshot => !applicationId || snapshot.applicationId === applicationId)
      .sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))
    return json(200, { data: found.slice(0, Number(limit)).map(resource) })
  }

  function update({ params, headers, body }: Exchange): Reply {
    if (!isJson(headers)) return fail(415, ['Unsupported Media Type'])
    const read = readUpdate(body)
    if ('wrong' in read) return fail(400, read.wrong)
    const { id, update: changes } = read.asked
    if (id !== undefined && id !== params.snapshotId)
      return fail(422, ['Snapshot id in the body does not match the id in the path'], 'strings')
    const snapshot = world.get(params.snapshotId ?? '')
    if (!snapshot) return unknownSnapshot()
    const changed = { ...snapshot, ...changes, modifiedAt: now().toISOString() }
    world.set(snapshot.id, changed)
    return json(200, { data: resource(changed) })
  }

  function remove({ params }: Exchange): Reply {
    if (!world.delete(params.snapshotId ?? '')) return unknownSnapshot()
    return { status: 204, headers: { 'content-type': 'text/plain; charset=utf-8' } }
  }

  function unknownSnapshot(): Reply {
    return fail(404, ['Snapshot not found'], 'objects')
  }

  function fail(status: number, messages: readonly string[], usual: ErrorShape = 'strings'): Reply {
    return errorReply(errorShape ?? usual, status, messages)
  }
}

const path = '/api/v2/replay/heatmap/snapshots'
const apiKey = 'sandbox-datadog-api-key'
const applicationKey = 'sandbox-datadog-application-key'

function isJson(headers: Exchange['headers']): boolean {
  return /^application\/(vnd\.api\+)?json\s*(;|$)/i.test(headers['content-type'] ?? '')
}

/** Serialized here and not by the server, so that the int64 values of `resource` stay exact. */
function json(status: number, body: object): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
