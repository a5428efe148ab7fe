import { expect, test } from 'vitest'
import { askText } from './support/client.ts'
import { serve } from './support/serving.ts'

/** Thirty fragments, each of which spreads the next one twice: a thousand million fields, were they counted one by one. */
function doubling(type: string, leaf: string): string {
  const fragments = Array.from({ length: 30 }, (_, index) =>
    index < 29
      ? `fragment F${index} on ${type} { ...F${index + 1} ...F${index + 1} }`
      : `fragment F${index} on ${type} { ${leaf} }`,
  )
  return fragments.join('\n')
}

test('fragments that spread each other over and over cost no more than their text', async () => {
  await using served = await serve()
  const website = `{ websites(first: 1) { nodes { ...F0 } } } ${doubling('Website', 'views(first: 1) { nodes { path } }')}`
  const { data } = await askText(served.origin, website)
  expect(data).toEqual({ websites: { nodes: [{ views: { nodes: [{ path: '/' }] } }] } })

  const heatmap = `{ pageHeatmap(projectId: "1", id: "4900c3a5-1e06-4586-896d-69daa78aa94f") { ...F0 } }`
  const answer = await askText(served.origin, `${heatmap} ${doubling('PageHeatmap', 'name')}`)
  expect(answer.data).toEqual({ pageHeatmap: { name: 'Shop /pricing' } })
})

test('a wrong argument in a fragment is told once, however often the fragment is spread', async () => {
  await using served = await serve()
  const query = `{ websites(first: 1) { nodes { ...F0 } } } ${doubling('Website', 'views(first: 0) { nodes { path } }')}`
  const { errors } = await askText(served.origin, query)
  expect(errors.map(({ message }) => message)).toEqual(['first must be from 1 to 100, not 0.'])
})
