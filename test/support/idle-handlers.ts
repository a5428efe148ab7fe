const nothing = () => undefined

/** Handlers of the front door for the routes that a test does not use. */
export const idleHandlers = {
  graphiql: nothing,
  home: nothing,
  page: nothing,
  mcp: nothing,
  ticket: nothing,
  export: nothing,
  image: nothing,
  exportFile: nothing,
}
