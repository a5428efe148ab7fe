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

/** What a request has. */
export interface Context {
  readonly caller: Caller
  readonly catalog: Catalog
  readonly providers: readonly ProviderState[]
  /** Reads; one upstream question for all fields that ask the same. */
  readonly loaders: Loaders
  /** Writes. */
  readonly datadog: () => DatadogChanges
  /** Ends when the caller goes away, or the deadline of the answer passes. */
  readonly signal: AbortSignal
  /** The same without the deadline, for what is told bit by bit. */
  readonly gone: () => AbortSignal
  /** Which day it is, by the clock of each place. */
  readonly days: LocalDays
  /** In which its own work lets others be served. */
  readonly pauses: Pauses
  /** The URL that an image is served at; to be drawn as is said, where something is. */
  readonly link: (image: ImageReference, drawn?: DrawnLink) => Promise<string>
  /** Hides what ids say of people. */
  readonly seal: Seal
  /** The providers that the request has used so far. */
  readonly used: ReadonlySet<ProviderName>
  readonly isCatalogMadeUp: boolean
  /** What a bucket of dwell time holds, where the operator knows. */
  readonly dwellTime: 'sum' | 'mean' | undefined
  /** How many days of page heat there are; undefined without PostHog. */
  readonly heatmapDays: number | undefined
  /** What the request has cost so far at the providers that it planned to ask. */
  readonly costs: () => readonly Cost[]
  /** Logs a failure that the response tells as data. */
  readonly logFailure: (error: Error) => void
  /** Notes that its response tells a state of this process, which may be another one the next moment. */
  readonly noteState: () => void
  /**
   * Until when an equal request may get its response so far, in milliseconds since 1970: 0 with such a state or what a mutation
   * may change, else the end of the first local day that it used.
   */
  readonly shareableUntil: () => number
  /**
   * Until when its caller's own cache may keep its response so far, in milliseconds since 1970: 0 with a failure that it tells
   * as data, else the end of the first local day that it used.
   */
  readonly privateCacheUntil: () => number
  /** The calls of a dry run, by provider; undefined for other requests. */
  readonly plan: ReadonlyMap<ProviderName, readonly PlannedCall[]> | undefined
}

/** What a link may say of how its image is drawn. */
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
  /** Whether it wants to know what it would ask, and nothing else. */
  readonly isDryRun?: boolean
  /** Whether it reads a great many values, each once. */
  readonly isBulk?: boolean
  /** Where it came to, `http://<host>`. */
  readonly origin?: () => string
  readonly gone?: () => AbortSignal
  /** How the calls that it makes name it, in their own trace and in the log. */
  readonly incoming?: IncomingRequest
  /** Logs a failure that no error of the response stands for. */
  readonly logFailure?: (error: Error) => void
  /** Anyone, if it is not said. */
  readonly caller?: Caller
  /** The caller's own limit of calls to the provider, if it has one. */
  readonly chargeOf?: (provider: ProviderName) => Charge | undefined
}

/** A context of its own for each request; what requests share is the account's. */
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
  let [tellsState, tellsFailure] = [false, false]
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
      tellsFailure = true
      logFailure(error)
    },
    noteState() {
      tellsState = true
    },
    shareableUntil: () =>
      tellsState || providerNames.some(name => scopes[name]?.usage.isChangeable) ? 0 : days.until,
    privateCacheUntil: () => (tellsFailure ? 0 : days.until),
    plan: isDryRun ? admission.plan : undefined,
  }
}
