import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The README and its guides, each by its path from the root. */
export const pages: ReadonlyMap<string, string> = await readPages()

export interface Block {
  readonly page: string
  readonly language: string
  readonly text: string
  /** What the page says between the block before and this one. */
  readonly lead: string
}

/** Every fenced block, page by page in its order. */
export const allBlocks: readonly Block[] = [...pages].flatMap(([page, text]) => blocksOf(page, text))

/** The fenced blocks of a language on a page, in their order. */
export function blocks(language: string, page = 'README.md'): string[] {
  return allBlocks.filter(block => block.page === page && block.language === language).map(({ text }) => text)
}

function blocksOf(page: string, text: string): Block[] {
  const found = text.matchAll(/(.*?)^```(\w*)\n(.*?)^```$/gms)
  return [...found].map(([, lead = '', language = '', text = '']) => ({ page, language, text, lead }))
}

async function readPages(): Promise<ReadonlyMap<string, string>> {
  const guides = (await Array.fromAsync(glob('docs/*.md', { cwd: root }))).sort()
  const paths = ['README.md', ...guides]
  const texts = await Promise.all(paths.map(path => readFile(join(root, path), 'utf8')))
  return new Map(paths.map((path, index) => [path, texts[index] ?? '']))
}
