import { readFile } from 'node:fs/promises'
import { read, utils } from '@e965/xlsx'

/** Opens a CSV as a spreadsheet and prints the cells of its rows as JSON, each with its type, value and formula. */
const [file = ''] = process.argv.slice(2)
const { Sheets, SheetNames } = read(await readFile(file), { type: 'buffer' })
const sheet = Sheets[SheetNames[0] ?? ''] ?? {}
const { e: end } = utils.decode_range(sheet['!ref'] ?? 'A1')
const rows = Array.from({ length: end.r + 1 }, (_, r) =>
  Array.from({ length: end.c + 1 }, (_, c) => {
    const { t: type, v: value, f: formula } = sheet[utils.encode_cell({ r, c })] ?? {}
    return { type, value, formula }
  }),
)
console.log(JSON.stringify(rows))
