/** The data of the only event in an event stream, the form in which the protocol's library writes most responses. */
export function eventData(text: string): string | undefined {
  const [, data] = /^data: (.*)$/m.exec(text) ?? []
  return data
}
