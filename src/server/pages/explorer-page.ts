import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import type { GraphiQLOptions } from 'graphql-yoga'

/**
 * GraphiQL's page, with all scripts inside. Its prepared tabs have variables and come first however long ago the
 * browser was here; tabs that the visitor wrote or changed stay behind them.
 */
export function explorerPage(options: GraphiQLOptions): string {
  const script = `<script>${stillTabs}${prepareTabs(options.defaultTabs ?? [])}</script>`
  return renderGraphiQL(options).replace('</head>', () => `${style}${script}</head>`)
}

type Tab = NonNullable<GraphiQLOptions['defaultTabs']>[number]

// GraphiQL's tabs can be dragged. When fonts load and a tab changes its size, it jumps away from the pointer that
// presses it, and the click is lost. So dragging is off.
const style = '<style>.graphiql-tabs .graphiql-tab { transform: none !important }</style>'
const stillTabs = /* JavaScript */ `
  document.addEventListener('pointerdown', event => {
    if (event.target.closest?.('.graphiql-tabs')) event.stopPropagation()
  }, true)
`

// GraphiQL drops the variables of its first default tab, and all default tabs if it finds stored ones, even of
// another GraphiQL at this address. It shows stored tabs as they are, so the prepared tabs are stored. From the
// address it reads only the query and runs it with stored variables, so the variables of the address or the tab are
// stored too.
const prepareTabs = (tabs: readonly Tab[]) => /* JavaScript */ `
  {
    const prepared = ${JSON.stringify(tabs.map(named)).replaceAll('<', '\\u003c')}
    const find = key => {
      try {
        return JSON.parse(localStorage.getItem(key))
      } catch {
        return null
      }
    }
    const keep = (key, value) => value ? localStorage.setItem(key, value) : localStorage.removeItem(key)
    const meaning = variables => {
      try {
        return JSON.stringify(JSON.parse(variables || '{}'))
      } catch {
        return variables
      }
    }
    const earlier = find('isotherm:prepared') ?? []
    const isPrepared = JSON.stringify(earlier) === JSON.stringify(prepared)
    const stored = find('graphiql:tabState')
    const isUntouched = tab =>
      earlier.some(({ query, variables }) => query === tab.query && variables === tab.variables)
    const prepare = ({ title, query, variables, headers, operationName }, index) => ({
      id: Date.now() + '-' + index,
      title,
      query,
      variables: variables ?? null,
      headers: headers ?? null,
      operationName: operationName ?? null,
      response: null,
    })
    const own = (stored?.tabs ?? []).filter(tab => isPrepared || (tab.query?.trim() && !isUntouched(tab)))
    const tabs = isPrepared ? own : [...prepared, ...own].map(prepare)
    const address = new URL(location)
    const query = address.searchParams.get('query')
    const variables = address.searchParams.get('variables')
    const fits = tab =>
      tab?.query === query && (variables === null || meaning(tab.variables) === meaning(variables))
    const asked = query && ([tabs[isPrepared ? stored?.activeTabIndex : 0], ...tabs].find(fits) ?? { query, variables })
    const active = asked || (isPrepared ? undefined : tabs[0])
    try {
      if (active) {
        keep('graphiql:query', active.query)
        keep('graphiql:variables', active.variables)
        keep('graphiql:headers', active.headers)
      }
      if (!isPrepared) {
        keep('graphiql:tabState', JSON.stringify({ activeTabIndex: Math.max(tabs.indexOf(active), 0), tabs }))
        keep('isotherm:prepared', JSON.stringify(prepared))
      }
      // From now on the tab has its variables, and keeps the visitor's changes.
      address.searchParams.delete('variables')
      if (variables !== null) history.replaceState(null, '', address)
    } catch {
      // A browser that stores nothing shows the default tabs.
    }
  }
`

/** Names a tab after its operation. */
function named(tab: Tab) {
  const title = /^query (\w+)/m.exec(tab.query ?? '')?.[1] ?? '<untitled>'
  return { ...tab, title, operationName: title }
}
