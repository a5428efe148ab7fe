import type { CallContext } from '../../upstream/call-context.ts'
import type { Bounds } from '../../upstream/http/bounds.ts'
import { openHttp } from '../../upstream/http/http.ts'
import { readResponse } from '../../upstream/http/read-response.ts'
import { baseName, routeUrl } from '../../upstream/http/route.ts'
import { openAccountLimiter } from '../../upstream/rate-limit/account-limiter.ts'
import type { CallCounters } from '../../upstream/rate-limit/call-counters.ts'
import type { Limits } from '../../upstream/rate-limit/limits.ts'
import { type Toy, toyResponse } from './wire.ts'

export interface ToySettings extends Bounds {
  readonly key: string
  readonly url: URL
  readonly limits: Limits
}

export interface ToyClient extends AsyncDisposable {
  readonly quotaLeft: number | null
  toy(id: number, callContext: CallContext): Promise<Toy>
}

export function toyAccount({ url, key }: ToySettings): readonly string[] {
  return [baseName(url), key]
}

export function connectToy(settings: ToySettings, counters?: CallCounters): ToyClient {
  const http = openHttp('toy', settings)
  const limiter = openAccountLimiter('toy', settings, { account: toyAccount(settings), counters })
  const headers = { 'x-key': settings.key }
  return {
    get quotaLeft() {
      return limiter.quotaLeft
    },
    toy: (id, callContext) =>
      limiter.spend(callContext, async () => {
        const url = routeUrl(settings.url, ['toys', String(id)])
        const response = await http.call({ method: 'GET', url, headers, callContext })
        return readResponse('toy', toyResponse, response)
      }),
    async [Symbol.asyncDispose]() {
      limiter[Symbol.dispose]()
      await http[Symbol.asyncDispose]()
    },
  }
}
