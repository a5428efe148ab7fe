import type { Catalog } from '../../catalog/catalog.ts'
import { type AccountProbe, type Clients, probeOf, type Settings } from '../../providers.ts'
import { BadInput } from '../../upstream/bad-input.ts'
import type { CallContext } from '../../upstream/call-context.ts'
import { counted } from '../../upstream/counted.ts'
import { openDeadline, untilEnded } from '../../upstream/deadline.ts'
import { type ProviderName, UpstreamError, type UpstreamErrorCode } from '../../upstream/error.ts'
import { proxyFor } from '../../upstream/http/proxies.ts'
import { clockFindings } from './clock-findings.ts'
import { entryFindings } from './entry-findings.ts'
import type { Finding } from './findings.ts'
import { identitiesOf } from './identities.ts'

export interface VendorQuestion {
  /** The id in an access file. */
  readonly account: string | undefined
  readonly settings: Settings
  readonly clients: Clients
  readonly catalog: Catalog
  /** The providers whose data is made up. */
  readonly sandboxed: readonly ProviderName[]
  /** For all questions to one vendor together. */
  readonly deadlineMilliseconds: number
  /** The prefix of the account's variables. */
  readonly prefix: string
  /** Says where a variable is set. */
  readonly placeOf: (variable: string) => string
}

/** The subject of findings: the vendor, with its account if there are several. */
export function subjectOf(name: ProviderName, { account }: Pick<VendorQuestion, 'account'>): string {
  return account === undefined ? name : `${account} ${name}`
}

/** The costs of asking; undefined if the provider is not configured. */
export function costOf(
  name: ProviderName,
  { settings, clients, catalog }: VendorQuestion,
): string | undefined {
  const probe = probeOf(name, settings, clients)
  return probe?.cost([...identitiesOf(probe.kinds, catalog).keys()])
}

/** Asks one vendor, and describes its response; nothing if the provider is not configured. */
export async function vendorFindings(
  name: ProviderName,
  question: VendorQuestion,
): Promise<readonly Finding[]> {
  const probe = probeOf(name, question.settings, question.clients)
  if (!probe) return []
  const entries = identitiesOf(probe.kinds, question.catalog)
  using deadline = openDeadline(question.deadlineMilliseconds)
  const { signal } = deadline
  const subject = subjectOf(name, question)
  const skews: number[] = []
  const callContext = { signal, dated: (at: number) => void skews.push(at - Date.now()) }
  const startedAt = performance.now()
  try {
    const probed = await untilEnded(name, signal, probe.ask([...entries.keys()], callContext))
    return [
      answered(name, question, performance.now() - startedAt),
      limits(name, probe, question),
      ...clockFindings(subject, skews),
      ...entryFindings(subject, entries, probed),
    ]
  } catch (error) {
    const findings = [await refused(name, probe, question, error, callContext)]
    if (isLimit(error)) findings.push(limits(name, probe, question))
    return [...findings, ...clockFindings(subject, skews)]
  }
}

function answered(name: ProviderName, question: VendorQuestion, milliseconds: number): Finding {
  const { sandboxed, settings } = question
  const message = sandboxed.includes(name)
    ? 'The sandbox answers: its data is made up.'
    : `It answers and accepts the credentials, in ${Math.ceil(milliseconds)} ms${wayTo(settings[name])}.`
  return { subject: subjectOf(name, question), status: 'ok', message }
}

function limits(name: ProviderName, probe: AccountProbe, question: VendorQuestion): Finding {
  const left = question.clients[name]?.quotaLeft ?? null
  const rest = left === null ? '' : ` ${counted(left, 'call')} ${left === 1 ? 'is' : 'are'} left.`
  return { subject: subjectOf(name, question), status: 'ok', message: `Its limits: ${probe.limits}.${rest}` }
}

async function refused(
  name: ProviderName,
  probe: AccountProbe,
  question: VendorQuestion,
  error: unknown,
  callContext: CallContext,
): Promise<Finding> {
  const { placeOf, prefix, settings } = question
  const subject = subjectOf(name, question)
  const isRefused =
    error instanceof UpstreamError &&
    (error.code === 'UPSTREAM_UNAUTHENTICATED' || error.code === 'UPSTREAM_FORBIDDEN')
  const sentence = error instanceof Error && isOurSentence(error) ? error.message : `${name} cannot be asked.`
  const message = `${sentence}${wait(error)}${hint(settings[name], error)}`
  if (!isRefused) return { subject, status: 'failed', message }
  const names = await probe.faults(callContext)
  const ours = names.map(variable => prefix + variable)
  const variables = Object.fromEntries(ours.map(variable => [variable, placeOf(variable)]))
  const places = Object.entries(variables).map(([variable, place]) => `${variable} (set in ${place})`)
  const advice = places.length === 0 ? '' : ` Check ${places.join(' and ')}.`
  return { subject, status: 'failed', message: `${message}${advice}`, variables }
}

function isLimit(error: unknown): error is UpstreamError {
  return (
    error instanceof UpstreamError &&
    (error.code === 'UPSTREAM_RATE_LIMITED' || error.code === 'UPSTREAM_QUOTA_EXHAUSTED')
  )
}

/** As an instant: a month's wait in seconds would tell nobody when it ends. */
function wait(error: unknown): string {
  if (!isLimit(error) || error.retryAfterSeconds === undefined) return ''
  const end = new Date(Date.now() + 1000 * error.retryAfterSeconds)
  return ` It can be asked again from ${end.toISOString().replace(/\.\d+/, '')} on.`
}

/** Whether its message is a sentence of our own, which quotes nothing. */
function isOurSentence(error: Error): boolean {
  return error instanceof UpstreamError || error instanceof BadInput
}

function urlsOf(settings: Settings[ProviderName]): readonly URL[] {
  return Object.values(settings ?? {}).filter(value => value instanceof URL)
}

/** The proxies for the URLs among the settings, if any. Without passwords. */
function wayTo(settings: Settings[ProviderName]): string {
  const proxies = urlsOf(settings).flatMap(url => proxyFor(url, settings?.proxies)?.host ?? [])
  return proxies.length === 0 ? '' : `, through the proxy ${[...new Set(proxies)].join(' and ')}`
}

/** How and where the vendor is asked, if that may be the mistake. */
function hint(settings: Settings[ProviderName], error: unknown): string {
  const way = wayTo(settings)
  if (!(error instanceof UpstreamError) || !ofWrongAddress.has(error.code))
    return way === '' ? '' : ` It is asked${way.slice(1)}.`
  const hosts = new Set(urlsOf(settings).map(({ host }) => host))
  return ` It is asked at ${[...hosts].join(' and ')}${way}.`
}

/** So does a server that is not the vendor's or is behind a firewall, and a region that does not know the key. */
const ofWrongAddress: ReadonlySet<UpstreamErrorCode> = new Set([
  'UPSTREAM_UNAUTHENTICATED',
  'UPSTREAM_FORBIDDEN',
  'UPSTREAM_NOT_FOUND',
  'UPSTREAM_REJECTED',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_INVALID_RESPONSE',
])
