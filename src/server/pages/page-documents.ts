import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parse, print, separateOperations } from 'graphql'
import { TrustedDocuments } from '../../documents/trusted-documents.ts'
import { onFirstUse } from '../../upstream/first-use.ts'
import { pageFolder } from './page-folder.ts'

export interface PageDocument {
  /** The id that the page sends instead of the text: the text's SHA-256. */
  readonly id: string
  /** One operation with its fragments. */
  readonly text: string
}

/** All documents of the page, by the names of their operations. */
export const pageDocuments = onFirstUse(async (): Promise<Readonly<Record<string, PageDocument>>> => {
  const operations = separateOperations(
    parse(await readFile(new URL('documents.graphql', pageFolder()), 'utf8')),
  )
  return Object.fromEntries(
    Object.entries(operations).map(([name, document]) => {
      const text = print(document)
      return [name, { id: `sha256:${createHash('sha256').update(text).digest('hex')}`, text }]
    }),
  )
})

/** The same as trusted documents of every account. */
export const trustedPageDocuments = onFirstUse(async () => {
  const trusted = new TrustedDocuments()
  for (const { id, text } of Object.values(await pageDocuments())) {
    const wrong = trusted.add(id, text)
    if (wrong) throw new TypeError(`a document of the page ${wrong.problem}`)
  }
  return trusted
})
