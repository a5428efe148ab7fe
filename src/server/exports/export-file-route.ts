import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { ExportFiles, OpenExportFile } from '../../export/export-files.ts'
import { exportFileAt } from '../../export/export-path.ts'
import type { ByteRange } from '../../images/ranges.ts'
import { requestedPart } from '../../images/requested-part.ts'
import type { Exchange } from '../front-door.ts'
import { Refusal } from '../http/refusal.ts'
import { chunkBytes, drop, untilTaken } from '../http/slow-readers.ts'
import { busy, limited, Slots } from './slots.ts'

/** Sends a file that an export made, or a range of it, to anybody who knows its address. */
export function exportFileRoute(
  files: Pick<ExportFiles, 'open'>,
  patience: number,
): (exchange: Pick<Exchange, 'request' | 'response' | 'target'>) => Promise<void> {
  // Slow readers must leave enough open files for everything else, and those of one caller's files enough for others.
  const open = new Slots(64, () => busy('Too many files are read at once'))
  const ofOwners = new Slots(32, () => limited("Too many of this caller's files are read at once"))
  return async ({ request, response, target }) => {
    using _open = open.take()
    const { id, name } = exportFileAt(target.path) ?? { id: '', name: '' }
    await using file = await files.open(id)
    if (!file) throw new Refusal(404, 'There is no such file. Exports are kept for an hour.', {}, 'NOT_FOUND')
    const { byteLength, expiresAt, owner } = file
    using _own = ofOwners.take(owner)
    const etag = `"${createHash('sha256').update(id).digest('base64url')}"`
    const part = requestedPart(request, { etag, byteLength })
    if (part.status === 412) throw new Refusal(412, 'If-Match names none of what there is.')
    if (part.status === 416) throw new Refusal(416, `The file has ${byteLength} bytes.`, part.headers)
    const headers = {
      etag,
      'accept-ranges': 'bytes',
      'cache-control': `private, max-age=${Math.max(0, Math.floor((expiresAt - Date.now()) / 1000))}`,
      'x-content-type-options': 'nosniff',
    }
    if (part.status === 304) return void response.writeHead(304, headers).end()
    response.writeHead(part.status, {
      ...headers,
      ...part.headers,
      'content-type': 'application/vnd.apache.parquet',
      'content-disposition': `attachment; filename="${name}"`,
    })
    if (request.method === 'HEAD') return void response.end()
    await sendBytes(response, file, part, patience)
  }
}

/** No faster than the reader reads. Closes the connection if the file is no longer the same, or its time ends. */
async function sendBytes(
  response: ServerResponse,
  { read, expiresAt }: OpenExportFile,
  { first, last }: ByteRange,
  patience: number,
): Promise<void> {
  for (let position = first; position <= last; ) {
    // An open file keeps its room on the disk, even after it is removed.
    if (Date.now() >= expiresAt) return drop(response)
    const length = Math.min(chunkBytes, last + 1 - position)
    const bytes = await read(length, position)
    if (bytes.length === 0) return void response.destroy()
    position += bytes.length
    await untilTaken(response, patience, taken => response.write(bytes, taken))
    if (response.closed) return
  }
  response.end()
}
