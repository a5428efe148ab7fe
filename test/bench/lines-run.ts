import { stripTypeScriptTypes } from 'node:module'
import { z } from 'zod'

export const scriptCoverage = z.object({
  url: z.string(),
  functions: z.array(
    z.object({
      ranges: z.array(z.object({ startOffset: z.int(), endOffset: z.int(), count: z.int() })),
    }),
  ),
})

export type FunctionCoverage = z.infer<typeof scriptCoverage>['functions'][number]

/** Counts the lines of a TypeScript file of which some code ran. Types, comments and empty lines are no code. */
export function linesRun(text: string, functions: readonly FunctionCoverage[]): number {
  const source = stripTypeScriptTypes(text)
  const hasRun = new Uint8Array(source.length)
  // The innermost range of a character decides, so the widest ranges come first.
  const ranges = functions.flatMap(({ ranges }) => ranges)
  ranges.sort((one, other) => other.endOffset - other.startOffset - (one.endOffset - one.startOffset))
  for (const { startOffset, endOffset, count } of ranges)
    hasRun.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  let lines = 0
  let start = 0
  for (const line of source.split('\n')) {
    const first = start + (line.length - line.trimStart().length)
    const end = start + line.trimEnd().length
    if (!/^\s*($|\/\/|\/\*|\*(\s|\/|$))/.test(line) && hasRun.subarray(first, end).includes(1)) lines++
    start += line.length + 1
  }
  return lines
}
