/** A store of the made-up world, with its identity at each vendor. */
export interface Store {
  readonly id: string
  readonly name: string
  readonly timeZone: string
  /** Aura Vision's location. */
  readonly auraLocationId: string
  /** Analytiks' location, brand and reference. */
  readonly locationId: number
  readonly brandId: number
  readonly referenceNumber: string
  /** First and last opening hour in local time; closed on the listed weekdays (1 is Monday). */
  readonly opens: number
  readonly closes: number
  readonly closedOn: readonly number[]
  /** Visitors in a busy hour. */
  readonly size: number
}

/** A website of the made-up world, with its identity at each vendor. */
export interface Site {
  readonly id: string
  readonly name: string
  readonly origin: string
  readonly zenovayId: string
  readonly posthogProjectId: string
  readonly datadogApplicationId: string
  /** Page paths, most visited first. */
  readonly paths: readonly string[]
}

/** The same twelve stores of two brands at every start; the first ones have the ids of the vendors' own examples. */
export const stores: readonly Store[] = [
  store(1, 'oxford-street', 'Oxford Street', 'Europe/London', 1234, 'US0658', 9, 21, [], 90),
  store(2, 'rue-de-rivoli', 'Rue de Rivoli', 'Europe/Paris', 1234, 'FR2561', 10, 20, [7], 70),
  store(3, 'fifth-avenue', 'Fifth Avenue', 'America/New_York', 1234, 'US0001', 9, 22, [], 120),
  store(4, 'connaught-place', 'Connaught Place', 'Asia/Kolkata', 1234, 'IN0110', 10, 22, [], 80),
  store(5, 'ginza', 'Ginza', 'Asia/Tokyo', 1234, 'JP0061', 10, 21, [], 110),
  store(6, 'princes-street', 'Princes Street', 'Europe/London', 1234, 'GB0107', 9, 19, [], 45),
  store(7, 'kurfuerstendamm', 'Kurfürstendamm', 'Europe/Berlin', 5678, 'DE1000', 10, 20, [7], 65),
  store(8, 'passeig-de-gracia', 'Passeig de Gràcia', 'Europe/Madrid', 5678, 'ES0800', 10, 21, [7], 75),
  store(9, 'michigan-avenue', 'Michigan Avenue', 'America/Chicago', 5678, 'US0606', 10, 20, [], 60),
  store(10, 'pitt-street', 'Pitt Street', 'Australia/Sydney', 5678, 'AU0200', 9, 18, [], 55),
  store(11, 'grafton-street', 'Grafton Street', 'Europe/Dublin', 5678, 'IE0002', 9, 19, [], 40),
  store(12, 'night-market', 'Night Market', 'America/St_Johns', 5678, 'CA0709', 16, 24, [1], 35),
]

/** The same three websites at every start. */
export const sites: readonly Site[] = [
  {
    id: 'shop',
    name: 'Shop',
    origin: 'https://shop.example.com',
    zenovayId: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
    posthogProjectId: '1',
    datadogApplicationId: 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb',
    paths: [
      '/',
      '/pricing',
      '/features',
      '/signup',
      '/checkout',
      ...numbered('/products/', 40),
      ...numbered('/collections/', 80),
    ],
  },
  {
    id: 'help',
    name: 'Help Centre',
    origin: 'https://help.example.com',
    zenovayId: 'b2c3d4e5-f6a7-4901-8cde-f12345678901',
    posthogProjectId: '2',
    datadogApplicationId: 'cccccccc-1111-2222-3333-dddddddddddd',
    paths: ['/', '/contact', '/returns', ...numbered('/articles/', 30)],
  },
  {
    id: 'journal',
    name: 'Journal',
    origin: 'https://journal.example.com',
    zenovayId: 'c3d4e5f6-a7b8-4012-9def-123456789012',
    posthogProjectId: '3',
    datadogApplicationId: 'eeeeeeee-1111-2222-3333-ffffffffffff',
    paths: ['/', '/about', '/subscribe', ...numbered('/posts/', 12)],
  },
]

/** The views whose Datadog name differs from their path, by website and path pattern. */
export const viewNames: readonly {
  readonly site: string
  readonly path: string
  readonly viewName: string
}[] = [
  { site: 'shop', path: '/products/:id', viewName: '/products/?' },
  { site: 'help', path: '/articles/:id', viewName: '/articles/?' },
]

/** A number in [0, 1) that depends only on its arguments, so that the world is the same at every start. */
export function noise(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const character of parts.join('|'))
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
}

/** A UUID that depends only on its arguments. */
export function uuid(...parts: readonly (string | number)[]): string {
  const words = [0, 1, 2, 3].map(index => Math.floor(noise(...parts, index) * 2 ** 32))
  const hex = words.map(word => word.toString(16).padStart(8, '0')).join('')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5')
}

function store(
  locationId: number,
  id: string,
  name: string,
  timeZone: string,
  brandId: number,
  referenceNumber: string,
  opens: number,
  closes: number,
  closedOn: readonly number[],
  size: number,
): Store {
  const auraLocationId = `64a1b2c3d4e5f6a7b8c9d0${(0xe2 + locationId).toString(16)}`
  return {
    id,
    name,
    timeZone,
    auraLocationId,
    locationId,
    brandId,
    referenceNumber,
    opens,
    closes,
    closedOn,
    size,
  }
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)
}
