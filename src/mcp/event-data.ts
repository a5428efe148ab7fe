/** The data of the one event in a stream of events, which is how the protocol's library writes most answers. */
export function eventData(text: string): string | undefined {
  const [, data] = /^data: (.*)$/m.exec(text) ?? []
  return data
}
