import type { ProviderHealth } from '../../upstream/breaker/provider-health.ts'
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

export function connectToy(
  settings: ToySettings,
  counters?: CallCounters,
  health?: ProviderHealth,
): ToyClient {
  const { url } = settings
  const http = openHttp('toy', settings)
  const account = toyAccount(settings)
  const limiter = openAccountLimiter('toy', settings, { account, counters, health, url })
  const headers = { 'x-key': settings.key }
  return {
    get quotaLeft() {
      return limiter.quotaLeft
    },
    async toy(id, callContext) {
      const url = routeUrl(settings.url, ['toys', String(id)])
      return limiter.spend(callContext, { name: url.href, isRead: true }, async callContext => {
        const response = await http.call({ method: 'GET', url, headers, callContext })
        return readResponse('toy', toyResponse, response)
      })
    },
    async [Symbol.asyncDispose]() {
      limiter[Symbol.dispose]()
      await http[Symbol.asyncDispose]()
    },
  }
}
