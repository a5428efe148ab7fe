import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import type { GraphiQLOptions } from 'graphql-yoga'

/**
 * GraphiQL's page, which loads nothing from anywhere. Its prepared tabs come with their variables, and come first however
 * long ago the browser was here; whatever the visitor wrote or changed himself stays behind them.
 */
export function explorerPage(options: GraphiQLOptions): string {
  const script = `<script>${stillTabs}${prepareTabs(options.defaultTabs ?? [])}</script>`
  return renderGraphiQL(options).replace('</head>', () => `${style}${script}</head>`)
}

type Tab = NonNullable<GraphiQLOptions['defaultTabs']>[number]

// A tab of GraphiQL can be dragged, and once its size has changed, as it does when the fonts come, the tab leaps away from the
// pointer that presses it: the click is lost. So tabs cannot be dragged here.
const style = '<style>.graphiql-tabs .graphiql-tab { transform: none !important }</style>'
const stillTabs = /* JavaScript */ `
  document.addEventListener('pointerdown', event => {
    if (event.target.closest?.('.graphiql-tabs')) event.stopPropagation()
  }, true)
`

// GraphiQL leaves out the variables of the first default tab, and all default tabs where it finds stored ones: those of an
// earlier day, or of whatever else had a GraphiQL at this address. What it finds stored it shows whole, so it gets to find this.
// Of its address it reads the query only, and runs it with stored variables: they get to be those of the address or of the tab.
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
      // The tab has them from now on, and keeps what the visitor makes of them.
      address.searchParams.delete('variables')
      if (variables !== null) history.replaceState(null, '', address)
    } catch {
      // A browser that stores nothing shows the default tabs.
    }
  }
`

/** A tab is called by its operation. */
function named(tab: Tab) {
  const title = /^query (\w+)/m.exec(tab.query ?? '')?.[1] ?? '<untitled>'
  return { ...tab, title, operationName: title }
}
