import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8')

/** The README's fenced blocks of a language, in their order. */
export function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text = '']) => text,
  )
}
