/** Below it stand the addresses of exports. */
export const exportPath = '/export/'
