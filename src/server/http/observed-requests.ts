import type { IncomingMessage, ServerResponse } from 'node:http'
import { WaitClock } from '../../upstream/wait-clock.ts'
import { requestIdHeader, requestIdOf } from './request-id.ts'
import type { RequestObserver, RequestRecord } from './request-record.ts'
import { traceparentOf } from './traceparent.ts'

/** Starts the record of a request, writes its id on the response, and notifies the observers at its start and end. */
export function observeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  observers: readonly RequestObserver[],
): RequestRecord {
  const record: RequestRecord = {
    id: requestIdOf(request),
    method: request.method ?? '',
    startedAt: performance.now(),
    waiting: new WaitClock(),
    traceparent: traceparentOf(request),
  }
  response.setHeader(requestIdHeader, record.id)
  if (observers.length === 0) return record
  for (const observer of observers) observer.begin?.(record)
  response.once('close', () => {
    const end = {
      status: response.headersSent ? response.statusCode : undefined,
      isAborted: !response.writableFinished,
      milliseconds: performance.now() - record.startedAt,
      bytes: lengthOf(response),
    }
    for (const observer of observers) observer.end(record, end)
  })
  return record
}

function lengthOf(response: ServerResponse): number | undefined {
  const length = response.getHeader('content-length')
  return length === undefined ? undefined : Number(length)
}
