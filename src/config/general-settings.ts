import type { z } from 'zod'
import { type Environment, setVariables } from './environment.ts'
import { generalVariables } from './variables.ts'

export type GeneralSettings = z.output<typeof generalVariables>

/** The settings that concern no provider. A value that `readConfig` refuses counts as not set. */
export function generalSettings(environment: Environment): GeneralSettings {
  const variables = setVariables(environment)
  const { data, error } = generalVariables.safeParse(variables)
  if (data) return data
  const refused = error.issues.map(({ path }) => [path[0], undefined])
  return generalVariables.parse({ ...variables, ...Object.fromEntries(refused) })
}

/** The collector of traces; undefined without one. */
export function collectorOf(general: GeneralSettings): URL | undefined {
  const isOff =
    general.OTEL_SDK_DISABLED?.toLowerCase() === 'true' ||
    general.OTEL_TRACES_EXPORTER?.toLowerCase() === 'none'
  return isOff
    ? undefined
    : (general.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? general.OTEL_EXPORTER_OTLP_ENDPOINT)
}
