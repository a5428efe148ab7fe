import { noise, type Site } from './world.ts'

export const interactionTypes = ['click', 'rageclick', 'mousemove', 'scrolldepth'] as const
export type InteractionType = (typeof interactionTypes)[number]

/** What a tracker sent, in the tracker's own units of `scale` CSS pixels. */
export interface Interaction {
  readonly visitor: number
  readonly x: number
  /** From the top of the page, of the window if the target is fixed; for a depth how far the page was scrolled. */
  readonly y: number
  readonly viewportWidth: number
  readonly viewportHeight: number
  readonly fixed: boolean
}

/** Trackers round to so many CSS pixels. */
export const scale = 16

/** Windows of visitors, in CSS pixels; the first ones are the most frequent. */
const windows = [
  [1440, 820],
  [390, 760],
  [1024, 768],
  [1920, 970],
  [375, 667],
  [768, 1024],
  [1536, 740],
  [1040, 790],
] as const

/** The interactions a day on the first page of a site; the pages behind it have fewer. */
const perDay: Readonly<Record<InteractionType, number>> = {
  click: 160,
  rageclick: 8,
  mousemove: 480,
  scrolldepth: 60,
}

/** What visitors did on the page of a site on a day (days since 1970), the same at every start. */
export function interactionsOf(
  { id, paths }: Site,
  path: string,
  type: InteractionType,
  day: number,
): Interaction[] {
  const seed = Math.floor(noise('interactions', id, path, type) * 2 ** 32)
  const rank = paths.indexOf(path)
  const busyness = 0.7 + 0.6 * mix(seed, day, 0)
  const count = Math.floor((perDay[type] * busyness) / (1 + rank / 4) + mix(seed, day, 1))
  return Array.from({ length: count }, (_, index) =>
    interaction(type, Math.floor(perDay.scrolldepth / (1 + rank / 4)) + 1, salt =>
      mix(seed, day, 100 + index * 10 + salt),
    ),
  )
}

function interaction(type: InteractionType, visitors: number, dice: (salt: number) => number): Interaction {
  const [width, height] = windows[Math.floor(windows.length * dice(0) ** 1.5)] ?? windows[0]
  const units = (pixels: number) => Math.round(pixels / scale)
  const common = {
    visitor: Math.floor(visitors * dice(1)),
    viewportWidth: units(width),
    viewportHeight: units(height),
  }
  if (type === 'scrolldepth') {
    return { ...common, x: 0, y: units(4000 * dice(2) ** 2.5), fixed: false }
  }
  // Some trackers send the origin where they know nothing.
  if (dice(3) < 0.01) return { ...common, x: 0, y: 0, fixed: false }
  const { x, y, fixed } = spot(width, dice)
  const stray = type === 'mousemove' ? 0.2 : 0.02
  const within = Math.min(Math.max(x + (dice(4) - 0.5) * stray * width, 0), width - 1)
  const below = Math.max(0, y + (dice(5) - 0.5) * stray * width)
  return { ...common, x: units(within), y: units(below), fixed }
}

/** Where a page has something to press: the links of its bar, which stays in place, a button, and rows of cards. */
function spot(width: number, dice: (salt: number) => number) {
  const unit = Math.max(width / 100, 3)
  const links = width < 600 ? 2 : 5
  const choice = dice(6)
  if (choice < 0.25) {
    const link = Math.floor(links * dice(7))
    return { x: width - ((links - link) * 10 - 3.5) * unit, y: 3 * unit, fixed: true }
  }
  if (choice < 0.55) return { x: 15.5 * unit, y: 26.5 * unit, fixed: false }
  const columns = width < 600 ? 2 : 3
  const cell = (100 * unit - 12 * unit) / columns
  const [column, row] = [Math.floor(columns * dice(7)), Math.floor(4 * dice(8) ** 2)]
  return {
    x: 6 * unit + (column + 0.2 + 0.6 * dice(9)) * cell,
    y: 40 * unit + row * (cell * 0.95 + 4 * unit) + cell * 0.4,
    fixed: false,
  }
}

/** Like `noise`, for whole numbers: fast enough for months of a mouse. */
function mix(seed: number, day: number, salt: number): number {
  let hash = seed ^ Math.imul(day, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
}
