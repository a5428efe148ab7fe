export type Environment = Readonly<Record<string, string | undefined>>

/** The variables with a value. Those of proxies have names in upper case; as elsewhere, lower-case ones take precedence. */
export function setVariables(environment: Environment): Record<string, string | undefined> {
  const variables = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()))
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']) {
    const lower = variables[name.toLowerCase()]
    if (lower !== undefined) variables[name] = lower
  }
  return variables
}
