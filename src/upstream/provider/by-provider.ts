import { type ProviderName, providerNames } from '../error.ts'

/** An object with a value for each provider, in the order of their names. */
export function byProvider<Values extends { readonly [Name in ProviderName]: unknown }>(
  make: <Name extends ProviderName>(name: Name) => Values[Name],
): Values {
  const values: Partial<Values> = {}
  const add = <Name extends ProviderName>(name: Name) => {
    values[name] = make(name)
  }
  for (const name of providerNames) add(name)
  if (isWhole(values)) return values
  throw new TypeError('A provider is missing.')
}

/** The same for what is started or opened: one after the other. */
export async function byProviderInTurn<Values extends { readonly [Name in ProviderName]: unknown }>(
  make: <Name extends ProviderName>(name: Name) => Promise<Values[Name]>,
): Promise<Values> {
  const values: Partial<Values> = {}
  const add = async <Name extends ProviderName>(name: Name) => {
    values[name] = await make(name)
  }
  for (const name of providerNames) await add(name)
  if (isWhole(values)) return values
  throw new TypeError('A provider is missing.')
}

function isWhole<Values extends { readonly [Name in ProviderName]: unknown }>(
  values: Partial<Values>,
): values is Values {
  return providerNames.every(name => name in values)
}
