import { randomBytes } from 'node:crypto'
import { readConfig, StartProblems } from './config/config.ts'
import type { Environment } from './config/environment.ts'
import { generalSettings } from './config/general-settings.ts'
import { startIsotherm } from './isotherm.ts'
import { listenForSignals } from './stop-signals.ts'
import { openProcessLog } from './telemetry/process-log.ts'
import { readVersion } from './version.ts'

/**
 * Serves the tools to its parent process, by standard input and output, until that leaves or a signal stops it. Returns the exit
 * code. Isotherm itself listens on a free port, for links of images, and refuses all other callers.
 */
export async function runTools(
  environment: Environment,
  { sandboxByDefault }: { readonly sandboxByDefault: boolean },
): Promise<number> {
  await using log = await openProcessLog(generalSettings(environment).ISOTHERM_LOG_LEVEL)
  try {
    using signals = listenForSignals(environment, 'command')
    // Another Isotherm with the same settings may use the ports.
    const { ISOTHERM_METRICS: _, ...settings } = environment
    const own = { ...settings, HOST: '127.0.0.1', PORT: '0' }
    const { mcp, mcpKey, mcpAccount, accessFile, requestBytes } = readConfig(own, { sandboxByDefault })
    if (mcp === 'off') throw new StartProblems(['ISOTHERM_MCP: is off, so there are no tools'])
    if (accessFile && !mcpKey) throw new StartProblems([noKey])
    const key = accessFile ? (mcpKey ?? '') : randomBytes(32).toString('base64url')
    const ownKey = accessFile ? {} : { ownKey: key }
    await using isotherm = await startIsotherm(own, { sandboxByDefault, log, ...ownKey })
    const { entryRefusal, serveStandardIo } = await import('./mcp/standard-io.ts')
    const address = { url: `${isotherm.origin}/mcp`, key, account: accessFile ? mcpAccount : undefined }
    const refusal = await entryRefusal(address, AbortSignal.timeout(patience))
    if (refusal !== undefined) throw new StartProblems([`${entrySettings}: ${refusal}`])
    await using served = serveStandardIo({
      version: await readVersion(),
      address,
      bytes: requestBytes,
      log,
    })
    await Promise.race([served.ended, signals.first])
    return 0
  } catch (error) {
    if (!(error instanceof StartProblems)) throw error
    log.refuse(error.message, error.problems)
    return 1
  }
}

/** For a response of its own process, in milliseconds. */
const patience = 10_000
const entrySettings = 'ISOTHERM_MCP_KEY, or ISOTHERM_MCP_ACCOUNT, which names one of several accounts'
const noKey = 'ISOTHERM_MCP_KEY: with an access file it names the key by which isotherm mcp asks'
