import { isLoopback } from '../server/http/known-hosts.ts'
import { type Environment, setVariables } from './environment.ts'
import { generalVariables } from './variables.ts'

const guards = generalVariables.pick({ HOST: true, ISOTHERM_ACCESS: true, ISOTHERM_ANONYMOUS: true })

/**
 * The problem if other machines can reach this one and no setting says what strangers may do. Needs no other setting, so that it
 * is reported together with other problems.
 */
export function openProblems(environment: Environment, sandboxByDefault: boolean): readonly string[] {
  const { data } = guards.safeParse(setVariables(environment))
  if (!data || data.ISOTHERM_ACCESS || data.ISOTHERM_ANONYMOUS) return []
  const isOwnMachine = data.HOST === 'localhost' || isLoopback(data.HOST)
  return sandboxByDefault && isOwnMachine ? [] : [unguarded]
}

const unguarded =
  'ISOTHERM_ACCESS: name a file that says who may ask, or list in ISOTHERM_ANONYMOUS what strangers may do; only from source and on a loopback address does it start without'
