import { noise } from './world.ts'

/**
 * Draws an image that looks like a heatmap, the same for the same arguments: coloured heat over the plan of a shop floor. Any
 * size from 16 pixels up. Seeds that are equal up to a `#` share the plan and differ in heat.
 */
export async function heatmapImage(
  seed: string,
  width: number,
  height: number,
  format: 'jpeg' | 'png' | 'webp',
): Promise<Buffer> {
  const { default: sharp } = await import('sharp')
  const scene = drawPlan(seed, width, height)
  const intensity = await sharp(Buffer.from(drawHeat(scene.spots, width, height)))
    .extractChannel('alpha')
    .raw()
    .toBuffer()
  const heat = { input: colour(intensity), raw: { width, height, channels: 4 } } as const
  return sharp(Buffer.from(frame(width, height, scene.shapes)))
    .flatten({ background: scene.background })
    .composite([heat])
    .toFormat(format)
    .toBuffer()
}

interface Spot {
  readonly x: number
  readonly y: number
  readonly radius: number
  /** 0 to 1; overlapping spots add up. */
  readonly heat: number
}

interface Scene {
  readonly background: string
  readonly shapes: readonly string[]
  readonly spots: readonly Spot[]
}

/** Walls, rows of shelves, a till and a door; the heat follows visitors from the door through the aisles. */
function drawPlan(seed: string, width: number, height: number): Scene {
  const [place = seed] = seed.split('#', 1)
  const unit = Math.min(width, height) / 100
  const margin = 5 * unit
  const columns = 3 + Math.floor(noise(place, 'columns') * 3)
  const rows = 2 + Math.floor(noise(place, 'rows') * 2)
  const cellWidth = (width - 2 * margin) / columns
  const cellHeight = (height - 2 * margin - 16 * unit) / rows
  const door = width * (0.25 + 0.5 * noise(place, 'door'))
  const tillX = noise(place, 'till') < 0.5 ? margin + 4 * unit : width - margin - 22 * unit
  const shelves = grid(columns, rows).map(({ column, row }) => {
    const inset = 0.16 + 0.1 * noise(place, 'shelf', column, row)
    return box(
      margin + (column + inset) * cellWidth,
      margin + (row + 0.26) * cellHeight,
      (1 - 2 * inset) * cellWidth,
      0.48 * cellHeight,
      '#d5dae1',
      unit,
    )
  })
  const walls = `<rect x="${margin}" y="${margin}" width="${width - 2 * margin}" height="${height - 2 * margin}"
    fill="#f7f8fa" stroke="#59616e" stroke-width="${1.2 * unit}"/>`
  const gap = box(door - 9 * unit, height - margin - unit, 18 * unit, 2 * unit, '#f7f8fa', 0)
  const till = box(tillX, height - margin - 13 * unit, 18 * unit, 6 * unit, '#b9c1cc', unit)
  const entrance = { x: door, y: height - margin - 4 * unit }
  const walks = Array.from({ length: 7 }, (_, walk) => {
    const aisle = margin + Math.floor(noise(seed, 'aisle', walk) * (columns + 1)) * cellWidth
    const x = Math.min(Math.max(aisle, margin + 4 * unit), width - margin - 4 * unit)
    const cross = margin + Math.floor(1 + noise(seed, 'cross', walk) * (rows - 1)) * cellHeight
    const corners = [entrance, { x, y: height - margin - 18 * unit }, { x, y: cross }]
    const last = { x: width * (0.15 + 0.7 * noise(seed, 'last', walk)), y: cross }
    return trail([...corners, last], 3 * unit).map((point, step) => ({
      x: point.x + (noise(seed, walk, step, 'x') - 0.5) * 3 * unit,
      y: point.y + (noise(seed, walk, step, 'y') - 0.5) * 3 * unit,
      radius: (5 + 4 * noise(seed, walk, step, 'radius')) * unit,
      heat: 0.05 + 0.1 * noise(seed, walk, step, 'heat'),
    }))
  })
  const stops = Array.from({ length: 8 }, (_, stop) => ({
    x: margin + (Math.floor(noise(seed, 'stop', stop) * columns) + 0.5) * cellWidth,
    y: margin + (Math.floor(noise(seed, 'side', stop) * rows) + 0.84) * cellHeight,
    radius: (8 + 9 * noise(seed, 'spread', stop)) * unit,
    heat: 0.25 + 0.55 * noise(seed, 'dwell', stop),
  }))
  const counter = { x: tillX + 9 * unit, y: height - margin - 16 * unit, radius: 15 * unit, heat: 0.7 }
  const spots = [...walks.flat(), ...stops, counter, { ...entrance, radius: 13 * unit, heat: 0.55 }]
  return { background: '#e9ecf0', shapes: [walls, ...shelves, till, gap], spots }
}

/** Only the intensity, as opacity. */
function drawHeat(spots: readonly Spot[], width: number, height: number): string {
  const stops = [1, 0.78, 0.45, 0.17, 0].map(
    (opacity, index) => `<stop offset="${index / 4}" stop-color="#fff" stop-opacity="${opacity}"/>`,
  )
  const circles = spots.map(
    ({ x, y, radius, heat }) =>
      `<circle cx="${x}" cy="${y}" r="${radius}" fill="url(#heat)" opacity="${heat.toFixed(3)}"/>`,
  )
  return frame(width, height, [`<radialGradient id="heat">${stops.join('')}</radialGradient>`, ...circles])
}

/** Maps intensities to the usual colours of heatmaps; zero stays transparent. */
function colour(intensity: Buffer): Buffer {
  const table = Array.from({ length: 256 }, (_, value) => shade(value / 255))
  const pixels = Buffer.alloc(intensity.length * 4)
  for (let index = 0; index < intensity.length; index++)
    pixels.writeUInt32BE(table[intensity[index] ?? 0] ?? 0, index * 4)
  return pixels
}

function shade(intensity: number): number {
  const ramp = [
    [32, 62, 200],
    [0, 150, 235],
    [30, 190, 90],
    [250, 220, 40],
    [250, 120, 20],
    [215, 20, 30],
  ]
  const place = intensity * (ramp.length - 1)
  const low = Math.min(Math.floor(place), ramp.length - 2)
  const [red = 0, green = 0, blue = 0] = (ramp[low] ?? []).map((from, channel) =>
    Math.round(from + ((ramp[low + 1]?.[channel] ?? from) - from) * (place - low)),
  )
  const alpha = Math.round(Math.min(intensity * 5, 1) * 190)
  return ((red << 24) | (green << 16) | (blue << 8) | alpha) >>> 0
}

export function frame(width: number, height: number, shapes: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join('')}</svg>`
}

export function box(
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  corner: number,
): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${corner}" fill="${fill}"/>`
}

export function grid(columns: number, rows: number): { column: number; row: number }[] {
  return Array.from({ length: columns * rows }, (_, index) => ({
    column: index % columns,
    row: Math.floor(index / columns),
  }))
}

/** Points at equal steps along straight lines through the corners. */
function trail(corners: readonly { x: number; y: number }[], step: number): { x: number; y: number }[] {
  return corners.slice(1).flatMap((end, index) => {
    const start = corners[index] ?? end
    const steps = Math.max(1, Math.round(Math.hypot(end.x - start.x, end.y - start.y) / step))
    return Array.from({ length: steps }, (_, at) => ({
      x: start.x + ((end.x - start.x) * at) / steps,
      y: start.y + ((end.y - start.y) * at) / steps,
    }))
  })
}
