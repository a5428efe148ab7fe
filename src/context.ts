import { anyone, type Caller } from './access/caller.ts'
import type { Account, ProviderState } from './account.ts'
import type { Catalog } from './catalog/catalog.ts'
import { imagePath } from './images/image-path.ts'
import type { ImageReference, OverlayLook } from './images/references.ts'
import { LocalDays } from './local-days.ts'
import { type DatadogChanges, datadogChanges } from './providers/datadog/changes.ts'
import { createLoaders, type LoaderSources, type Loaders } from './providers.ts'
import type { Seal } from './seal.ts'
import type { Charge } from './upstream/call-context.ts'
import type { IncomingRequest } from './upstream/call-trail.ts'
import { notConfigured, type ProviderName, providerNames } from './upstream/error.ts'
import { Admission, type PlannedCall } from './upstream/source/admission.ts'
import { Pauses } from './upstream/source/pauses.ts'
import { RequestScope } from './upstream/source/request-scope.ts'
import type { Usage } from './upstream/source/usage.ts'

/** The state of one request. */
export interface Context {
  readonly caller: Caller
  readonly catalog: Catalog
  readonly providers: readonly ProviderState[]
  /** Reads; equal upstream questions of all its fields are one. */
  readonly loaders: Loaders
  /** Writes. */
  readonly datadog: () => DatadogChanges
  /** Aborts when the client leaves, or the deadline of the response passes. */
  readonly signal: AbortSignal
  /** The same without the deadline, for responses that are sent bit by bit. */
  readonly gone: () => AbortSignal
  /** The current day at each place. */
  readonly days: LocalDays
  /** Splits its own long work, so that other requests are served in between. */
  readonly pauses: Pauses
  /** The URL of an image; with the given heat, if there is some. */
  readonly link: (image: ImageReference, drawn?: DrawnLink) => Promise<string>
  /** Encrypts what ids say about people. */
  readonly seal: Seal
  /** The providers that the request has used so far. */
  readonly used: ReadonlySet<ProviderName>
  readonly isCatalogMadeUp: boolean
  /** What a bucket of dwell time holds, if the operator has set it. */
  readonly dwellTime: 'sum' | 'mean' | undefined
  /** How many days of page heat PostHog keeps; undefined without PostHog. */
  readonly heatmapDays: number | undefined
  /** The costs of the request so far, at the providers that it planned to ask. */
  readonly costs: () => readonly Cost[]
  /** Logs a failure that the response shows as data. */
  readonly logFailure: (error: Error) => void
  /** Records that its response shows a state of this process, which may change at any moment. */
  readonly noteState: () => void
  /**
   * Until when an equal request may get this response, in milliseconds since 1970: 0 with such a state or with data that a
   * mutation may change, else the end of the first local day that it used.
   */
  readonly shareableUntil: () => number
  /**
   * Until when the caller's own cache may keep this response, in milliseconds since 1970: 0 with a failure that it shows as data,
   * else the end of the first local day that it used.
   */
  readonly privateCacheUntil: () => number
  /** The calls of a dry run, by provider; undefined for other requests. */
  readonly plan: ReadonlyMap<ProviderName, readonly PlannedCall[]> | undefined
}

/** The part of an image's link that says how the image is drawn. */
export interface DrawnLink extends OverlayLook {
  readonly width?: number | null
}

export interface Cost {
  readonly provider: ProviderName
  readonly usage: Usage
  /** Null while no quota is known. */
  readonly quotaLeft: number | null
}

export interface Request {
  /** Whether it is a dry run. */
  readonly isDryRun?: boolean
  /** Whether it reads a great many values, each once. */
  readonly isBulk?: boolean
  /** The URL that it was sent to: `http://<host>`. */
  readonly origin?: () => string
  readonly gone?: () => AbortSignal
  /** How its upstream calls name it, in their trace and in the log. */
  readonly incoming?: IncomingRequest
  /** Logs a failure that is no error of the response. */
  readonly logFailure?: (error: Error) => void
  /** By default anyone. */
  readonly caller?: Caller
  /** The caller's own limit of calls to the provider, if it has one. */
  readonly chargeOf?: (provider: ProviderName) => Charge | undefined
}

/** Makes the context of one request; what requests share belongs to the account. */
export function createContext(account: Account, signal: AbortSignal, request: Request = {}): Context {
  const { isDryRun = false, origin = () => 'http://localhost', gone = () => signal } = request
  const { incoming, caller = anyone, chargeOf, logFailure = () => {}, isBulk = false } = request
  const { catalog, clients, sources, settings, providers, isCatalogMadeUp } = account
  const { handles, publicUrl, seal } = account
  const used = new Set<ProviderName>()
  const take = <Part>(name: ProviderName, part: Part): NonNullable<Part> => {
    if (!part) throw notConfigured(name)
    used.add(name)
    return part
  }
  const callerId = caller === anyone ? undefined : caller.id
  const pauses = new Pauses(gone, caller.id)
  const admission = new Admission(isDryRun, pauses)
  const scopes: Partial<Record<ProviderName, RequestScope>> = {}
  const scopeOf = (name: ProviderName): RequestScope => {
    const maximum = settings[name]?.limits.maximumCalls ?? 0
    const options = { incoming, caller: callerId, charge: chargeOf?.(name), isBulk }
    scopes[name] ??= new RequestScope(name, signal, admission, maximum, options)
    return scopes[name]
  }
  const loaderSources: LoaderSources = { sources: name => take(name, sources[name]), scope: scopeOf }
  const loaders = createLoaders(loaderSources)
  const days = new LocalDays(Date.now())
  let [showsState, showsFailure] = [false, false]
  return {
    caller,
    catalog,
    providers,
    loaders,
    datadog: () =>
      datadogChanges(take('datadog', clients.datadog), scopeOf('datadog'), () => loaders.datadog.clear()),
    signal,
    gone,
    days,
    pauses,
    async link(image, drawn = {}) {
      const url = new URL(publicUrl ?? origin())
      url.pathname = `${url.pathname.replace(/\/$/, '')}${imagePath}${await handles.make(image)}`
      for (const name of ['width', 'palette', 'opacity'] as const)
        if (drawn[name] != null) url.searchParams.set(name, String(drawn[name]))
      return url.href
    },
    seal,
    used,
    isCatalogMadeUp,
    dwellTime: settings.analytiks?.dwellTime,
    heatmapDays: settings.posthog?.heatmapDays,
    costs: () =>
      providerNames.flatMap(name => {
        const usage = scopes[name]?.usage
        if (!usage || usage.planned === 0) return []
        return [{ provider: name, usage, quotaLeft: clients[name]?.quotaLeft ?? null }]
      }),
    logFailure(error) {
      showsFailure = true
      logFailure(error)
    },
    noteState() {
      showsState = true
    },
    shareableUntil: () =>
      showsState || providerNames.some(name => scopes[name]?.usage.isChangeable) ? 0 : days.until,
    privateCacheUntil: () => (showsFailure ? 0 : days.until),
    plan: isDryRun ? admission.plan : undefined,
  }
}
