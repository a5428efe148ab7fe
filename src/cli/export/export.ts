import { StartProblems } from '../../config/config.ts'
import { collectEarly } from '../../export/early-collection.ts'
import { fileNamed, UnwritableFile } from '../../export/part-file.ts'
import { RefusedExport } from '../../export/refused-export.ts'
import type { Verdict } from '../../export/verdict.ts'
import { exportToFile } from '../../export-file.ts'
import { listenForSignals } from '../../stop-signals.ts'
import { BadInput } from '../../upstream/bad-input.ts'
import { counted } from '../../upstream/counted.ts'
import { silentLog } from '../../upstream/log.ts'
import type { CommandOptions } from '../command-options.ts'
import type { ExportWords } from './export-words.ts'
import { Progress } from './progress.ts'

export interface Terminal {
  readonly isTerminal: boolean
  readonly write: (text: string) => unknown
}

/**
 * Writes an export to a file. Returns 0; 3 if something failed, so that the file is not whole; 2 for an invalid request; 1 if it
 * was refused or cannot be written; and 130 if it was stopped.
 */
export async function runExport(words: ExportWords, options: CommandOptions): Promise<number> {
  using _early = collectEarly()
  using signals = listenForSignals(options.environment, 'command')
  const terminal = {
    isTerminal: process.stderr.isTTY === true,
    write: (text: string) => void process.stderr.write(text),
  }
  return await exportUntil(signals.first, words, options, terminal)
}

/** The same until `stopped` resolves. */
export async function exportUntil(
  stopped: Promise<void>,
  { address, query, file: name, account, isQuiet }: ExportWords,
  { environment, sandboxByDefault }: Pick<CommandOptions, 'environment' | 'sandboxByDefault'>,
  { isTerminal, write }: Terminal,
): Promise<number> {
  const controller = new AbortController()
  void stopped.then(() => controller.abort())
  const { signal: gone } = controller
  const progress = isTerminal && !isQuiet ? new Progress(write) : undefined
  const watch = progress && ((...seen: Parameters<Progress['show']>) => progress.show(...seen))
  let file = name
  try {
    file = await fileNamed(name)
    const common = { environment, sandboxByDefault, address, query, account, file, gone }
    const verdict = await exportToFile({ ...common, log: silentLog, watch })
    progress?.end()
    if (!isQuiet || !verdict.complete) write(`${summaryOf(file, verdict)}\n`)
    return verdict.complete ? 0 : 3
  } catch (error) {
    progress?.end()
    if (gone.aborted) {
      write(`Stopped: ${file} is not written.\n`)
      return 130
    }
    if (error instanceof StartProblems || error instanceof BadInput) {
      write(`${error.message}\n`)
      return 2
    }
    if (error instanceof UnwritableFile) {
      write(`${error.message}\n`)
      return 1
    }
    if (!(error instanceof RefusedExport)) throw error
    write(`${error.message}\n`)
    return error.status === 400 ? 2 : 1
  }
}

function summaryOf(file: string, { complete, rows, failed, calls, age, sandbox }: Verdict): string {
  const made = Object.values(calls).reduce((sum, call) => sum + call.made, 0)
  const oldest = Math.max(0, ...Object.values(age).map(({ ageSeconds }) => ageSeconds))
  const madeUp = sandbox ? ` Made up by the sandbox: ${sandbox.join(', ')}.` : ''
  const summary = `${counted(rows, 'row')}, ${counted(made, 'call')}, data at most ${oldest} s old.${madeUp}`
  if (complete) return `${file}: ${summary}`
  return `${file}.part is not whole: ${failed} failed, listed in ${file}.errors.ndjson. ${summary}`
}
