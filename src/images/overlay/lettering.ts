/** In units of a dot. */
export const [letterWidth, letterHeight] = [6, 7]

/**
 * Text as outlines of its dots, from its upper left corner. It needs no fonts, and looks the same on all machines. Knows capital
 * letters, digits and `+-,.`.
 */
export function lettering(text: string, left: number, top: number): string {
  return [...text].flatMap((letter, index) => dots(letter, left + index * letterWidth, top)).join('')
}

function dots(letter: string, left: number, top: number): string[] {
  return [...(letters[letter] ?? '')].flatMap((row, line) =>
    [...Number.parseInt(row, 32).toString(2).padStart(5, '0')].flatMap((dot, column) =>
      dot === '1' ? [`M${left + column} ${top + line}h1v1h-1z`] : [],
    ),
  )
}

/** Seven rows each; the bits of a base-32 digit are the five dots of a row. */
const letters: Readonly<Record<string, string>> = {
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhf',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hhpljhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllla',
  X: 'hha4ahh',
  Y: 'hhha444',
  Z: 'v1248gv',
  0: 'ehjlphe',
  1: '4c4444e',
  2: 'eh1248v',
  3: 'v2421he',
  4: '26aiv22',
  5: 'vgu11he',
  6: '68guhhe',
  7: 'v124888',
  8: 'ehhehhe',
  9: 'ehhf12c',
  '+': '044v440',
  '-': '000v000',
  ',': '0000c48',
  '.': '00000cc',
}
