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
  if (isWhole<Values>(values)) return values
  throw new TypeError('A provider is missing.')
}

/** The same, but each value is made on first use: most requests need few of them. */
export function byProviderLazily<Values extends { readonly [Name in ProviderName]: unknown }>(
  make: <Name extends ProviderName>(name: Name) => Values[Name],
): Values {
  const values: object = new LazyValues(make)
  if (isWhole<Values>(values)) return values
  throw new TypeError('A provider is missing.')
}

/** Its members are getters of the prototype, which makes an object cheap. */
class LazyValues {
  readonly #make: (name: ProviderName) => unknown
  readonly #made = new Map<ProviderName, unknown>()

  constructor(make: (name: ProviderName) => unknown) {
    this.#make = make
  }

  static {
    for (const name of providerNames)
      Object.defineProperty(LazyValues.prototype, name, {
        get(this: LazyValues) {
          return this.#made.getOrInsertComputed(name, this.#make)
        },
      })
  }
}

/** The same for values that are started or opened one after the other. */
export async function byProviderInTurn<Values extends { readonly [Name in ProviderName]: unknown }>(
  make: <Name extends ProviderName>(name: Name) => Promise<Values[Name]>,
): Promise<Values> {
  const values: Partial<Values> = {}
  const add = async <Name extends ProviderName>(name: Name) => {
    values[name] = await make(name)
  }
  for (const name of providerNames) await add(name)
  if (isWhole<Values>(values)) return values
  throw new TypeError('A provider is missing.')
}

function isWhole<Values extends { readonly [Name in ProviderName]: unknown }>(
  values: object,
): values is Values {
  return providerNames.every(name => name in values)
}
