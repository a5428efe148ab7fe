export type Environment = Readonly<Record<string, string | undefined>>

/** What is set, with the variables of proxies by their names in upper case. As elsewhere, the lower case ones win. */
export function setVariables(environment: Environment): Record<string, string | undefined> {
  const variables = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()))
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']) {
    const lower = variables[name.toLowerCase()]
    if (lower !== undefined) variables[name] = lower
  }
  return variables
}
