/** What clients of the Model Context Protocol get: nothing, tools that read, or tools that change something as well. */
export const mcpModes = ['off', 'read', 'write'] as const

export type McpMode = (typeof mcpModes)[number]
