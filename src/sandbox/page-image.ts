import { box, frame, grid } from './heatmap-image.ts'
import { noise } from './world.ts'

/**
 * Draws what a browser would show of a web page, the same for the same arguments: a bar of links, a banner with a button, and
 * rows of cards, where the visitors of this world press. By default as high as they go.
 */
export async function pageImage(
  seed: string,
  width: number,
  format: 'jpeg' | 'png' | 'webp',
  height: number = heightOf(width),
): Promise<Buffer> {
  const { default: sharp } = await import('sharp')
  const drawing = sharp(Buffer.from(frame(width, height, shapesOf(seed, width, height))))
  return drawing.flatten({ background: '#ffffff' }).toFormat(format).toBuffer()
}

function layoutOf(width: number) {
  const unit = Math.max(width / 100, 3)
  const columns = width < 600 ? 2 : 3
  const cell = (100 * unit - 12 * unit) / columns
  const cardHeight = cell * 0.95
  return { unit, columns, cell, cardHeight, rowHeight: cardHeight + 4 * unit }
}

function heightOf(width: number): number {
  const { unit, rowHeight } = layoutOf(width)
  return Math.round(40 * unit + 4 * rowHeight)
}

function shapesOf(seed: string, width: number, height: number): string[] {
  const { unit, columns, cell, cardHeight, rowHeight } = layoutOf(width)
  const shapes = [
    box(0, 0, width, 6 * unit, '#2f3947', 0),
    box(3 * unit, 2 * unit, 12 * unit, 2 * unit, '#8d99ab', 0.5 * unit),
  ]
  const links = width < 600 ? 2 : 5
  for (let link = 0; link < links; link++)
    shapes.push(
      box(width - (links - link) * 10 * unit, 2.3 * unit, 7 * unit, 1.4 * unit, '#64718a', 0.5 * unit),
    )
  shapes.push(
    box(0, 6 * unit, width, 30 * unit, '#dfe5ee', 0),
    box(8 * unit, 13 * unit, 38 * unit, 3.4 * unit, '#9aa6b8', 0.6 * unit),
    box(8 * unit, 18.5 * unit, 30 * unit, 1.6 * unit, '#bcc5d3', 0.6 * unit),
    box(8 * unit, 24 * unit, 15 * unit, 5 * unit, '#4a6cf0', unit),
    box(60 * unit, 10 * unit, 32 * unit, 22 * unit, '#c6cfdc', unit),
  )
  const rows = Math.max(0, Math.round((height - 40 * unit) / rowHeight))
  for (const { column, row } of grid(columns, rows)) {
    const x = 6 * unit + column * cell + unit
    const y = 40 * unit + row * rowHeight
    const inner = cell - 2 * unit
    const grey = Math.round(205 + 25 * noise(seed, 'card', column, row))
    shapes.push(
      box(x, y, inner, cardHeight, '#f2f4f8', unit),
      box(x, y, inner, cardHeight * 0.55, `rgb(${grey},${grey + 6},${grey + 16})`, unit),
      box(x + 2 * unit, y + cardHeight * 0.64, inner * 0.7, 1.6 * unit, '#aab4c4', 0.6 * unit),
      box(x + 2 * unit, y + cardHeight * 0.75, inner * 0.5, 1.3 * unit, '#cad2de', 0.6 * unit),
    )
  }
  return shapes
}
