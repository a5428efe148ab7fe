import { providers, type Settings } from '../providers.ts'
import { type ProviderName, providerNames } from '../upstream/error.ts'
import { byProvider } from '../upstream/provider/by-provider.ts'
import { type CallBounds, requiredNames } from '../upstream/provider/provider.ts'
import { type Environment, setVariables } from './environment.ts'
import { type GeneralSettings, generalSettings } from './general-settings.ts'

/** The vendors of one account, with their settings. */
export interface ProviderConfig {
  /** Providers whose upstream is the sandbox's. */
  readonly sandboxed: readonly ProviderName[]
  /** The settings of each provider whose required variables are set. */
  readonly settings: Settings
  readonly problems: readonly string[]
}

export interface ProviderConfigOptions {
  /** Whether the sandbox replaces the vendors when no provider is configured and `ISOTHERM_SANDBOX` is not set. */
  readonly sandboxByDefault: boolean
  /** The prefix of the providers' variables. */
  readonly prefix?: string | undefined
  /** The owner of the variables, in words; undefined for the environment's own account. */
  readonly owner?: string | undefined
}

/** Reads the providers' variables of an account, and the bounds of calls, which are the same for all accounts. */
export function readProviderConfig(
  environment: Environment,
  { sandboxByDefault, prefix = '', owner }: ProviderConfigOptions,
): ProviderConfig {
  const problems: string[] = []
  const set = setVariables(environment)
  const general = generalSettings(environment)
  const variables = Object.fromEntries(
    providerNames.flatMap(name =>
      Object.keys(providers[name].variables.shape).flatMap(variable => {
        const value = set[prefix + variable]
        return value === undefined ? [] : [[variable, value]]
      }),
    ),
  )
  const byDefault = sandboxByDefault && set.NODE_ENV !== 'production' ? 'auto' : 'off'
  const named = providerNames.filter(name =>
    requiredNames(providers[name].variables).some(variable => variables[variable]),
  )
  const sandboxed = sandboxedProviders(general.ISOTHERM_SANDBOX ?? byDefault, named)
  const settings = byProvider<Settings>(name => {
    if (!named.includes(name) || sandboxed.includes(name)) return undefined
    const parsed = providers[name].variables.safeParse(variables)
    if (!parsed.success) {
      problems.push(...parsed.error.issues.map(issue => `${prefix}${issue.path.join('.')}: ${issue.message}`))
      return undefined
    }
    return providers[name].settings(parsed.data, boundsOf(general))
  })
  const isRefused = set.ISOTHERM_SANDBOX !== undefined && general.ISOTHERM_SANDBOX === undefined
  if (named.length === 0 && sandboxed.length === 0 && !isRefused) problems.push(nothingToServe(prefix, owner))
  return { sandboxed, settings, problems }
}

function boundsOf(general: GeneralSettings): CallBounds {
  return {
    deadlineMilliseconds: general.ISOTHERM_UPSTREAM_TIMEOUT_MS,
    maximumBytes: general.ISOTHERM_UPSTREAM_MAX_BYTES,
    maximumImageBytes: general.ISOTHERM_IMAGE_MAX_BYTES,
    proxies: proxiesOf(general),
  }
}

/** Undefined without proxies. */
export function proxiesOf({ HTTPS_PROXY, HTTP_PROXY, NO_PROXY }: GeneralSettings): CallBounds['proxies'] {
  return HTTPS_PROXY || HTTP_PROXY ? { secure: HTTPS_PROXY, plain: HTTP_PROXY, except: NO_PROXY } : undefined
}

function nothingToServe(prefix: string, owner: string | undefined): string {
  const whose = owner === undefined ? '' : ` for ${owner}`
  const variables = prefix ? `variables of a provider that begin with ${prefix}` : 'variables of a provider'
  return `No provider is configured${whose} and the sandbox is off: set the ${variables} (see .env.example), or ISOTHERM_SANDBOX=on for made-up data.`
}

function sandboxedProviders(
  mode: 'auto' | 'on' | 'off' | readonly ProviderName[],
  named: readonly ProviderName[],
): readonly ProviderName[] {
  if (mode === 'on' || (mode === 'auto' && named.length === 0)) return providerNames
  return typeof mode === 'string' ? [] : mode
}
