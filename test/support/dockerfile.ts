import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'

export interface Instruction {
  readonly name: string
  readonly text: string
}

/** What stands between one FROM and the next. */
export interface Stage {
  readonly image: string
  readonly name: string | undefined
  readonly instructions: readonly Instruction[]
}

/** The stages of the project's Dockerfile, as far as this project uses the format. */
export async function readStages(root: string): Promise<readonly Stage[]> {
  const text = await readFile(join(root, 'Dockerfile'), 'utf8')
  const instructions = text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter(line => line.trim() && !line.startsWith('#'))
    .map(line => ({ name: line.split(' ')[0] ?? '', text: line.slice(line.indexOf(' ') + 1).trim() }))
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = []
  for (const instruction of instructions) {
    const [image = '', , name] = instruction.text.split(' ')
    if (instruction.name === 'FROM') stages.push({ image, name, instructions: [] })
    else stages.at(-1)?.instructions.push(instruction)
  }
  return stages
}

/** The last instruction of a name; fails without one. */
export function lastOf({ instructions }: Stage, name: string): string {
  const found = instructions.findLast(instruction => instruction.name === name)
  if (!found) throw new Error(`The stage has no ${name}.`)
  return found.text
}

/** The words of a command in exec form; fails for a shell's. */
export function execForm(text: string): readonly string[] {
  const from = text.indexOf('[')
  return z
    .array(z.string())
    .min(1)
    .parse(JSON.parse(text.slice(from)))
}

export function environmentOf({ instructions }: Stage): Readonly<Record<string, string | undefined>> {
  const texts = instructions.flatMap(({ name, text }) => (name === 'ENV' ? text.split(' ') : []))
  return parseEnv(texts.join('\n'))
}
