/** What clients of the Model Context Protocol get: nothing, tools that read, or also tools that change something. */
export const mcpModes = ['off', 'read', 'write'] as const

export type McpMode = (typeof mcpModes)[number]
