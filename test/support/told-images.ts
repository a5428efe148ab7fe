/** The links of all images in an answer. */
export function linksIn(text: string): readonly string[] {
  const links: string[] = []
  JSON.parse(text, (key, value) => {
    if (key === 'link' && typeof value === 'string') links.push(value)
  })
  return links
}

/** All that the response to a link tells: status, headers and body. */
export async function told(response: Response): Promise<string> {
  const body = Buffer.from(await response.arrayBuffer()).toString('latin1')
  return `${response.status} ${JSON.stringify([...response.headers])} ${body}`
}
