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
    const earlier = find('isotherm:prepared') ?? []
    if (JSON.stringify(earlier) !== JSON.stringify(prepared)) {
      const untouched = tab =>
        earlier.some(({ query, variables }) => query === tab.query && variables === tab.variables)
      const own = (find('graphiql:tabState')?.tabs ?? []).filter(tab => tab.query?.trim() && !untouched(tab))
      const tabs = [...prepared, ...own].map(({ title, query, variables, headers, operationName }, index) => ({
        id: Date.now() + '-' + index,
        title,
        query,
        variables: variables ?? null,
        headers: headers ?? null,
        operationName: operationName ?? null,
        response: null,
      }))
      const asked = new URLSearchParams(location.search).get('query')
      const activeTabIndex = Math.max(tabs.findIndex(({ query }) => query === asked), 0)
      try {
        keep('graphiql:tabState', JSON.stringify({ activeTabIndex, tabs }))
        keep('graphiql:query', tabs[activeTabIndex].query)
        keep('graphiql:variables', tabs[activeTabIndex].variables)
        keep('graphiql:headers', tabs[activeTabIndex].headers)
        keep('isotherm:prepared', JSON.stringify(prepared))
      } catch {
        // A browser that stores nothing shows the default tabs.
      }
    }
  }
`

/** A tab is called by its operation. */
function named(tab: Tab) {
  const title = /^query (\w+)/m.exec(tab.query ?? '')?.[1] ?? '<untitled>'
  return { ...tab, title, operationName: title }
}
