import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Catalog, type Location, type Website } from '../../src/catalog/catalog.ts'

const auraVisionId = '64a1b2c3d4e5f6a7b8c9d0e3'
const zenovayId = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
const datadogApplicationId = 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb'

const unnamedLocation = {
  name: null,
  timeZone: null,
  auraVisionId: null,
  analytiksId: null,
  brandId: null,
  referenceNumber: null,
}
const unnamedWebsite = {
  name: null,
  origin: null,
  origins: [],
  zenovayId: null,
  posthog: null,
  posthogTimeZone: null,
  datadogApplicationId: null,
  views: [],
}

const oxfordStreet: Location = {
  key: 'oxford-street',
  name: 'Oxford Street',
  timeZone: 'Europe/London',
  auraVisionId,
  analytiksId: 1,
  brandId: 1234,
  referenceNumber: 'US0658',
}
const shop: Website = {
  key: 'shop',
  name: 'Shop',
  origin: 'https://shop.example.com',
  origins: ['https://shop.example.com'],
  zenovayId,
  posthog: { kind: 'projects', id: '1' },
  posthogTimeZone: 'Europe/London',
  datadogApplicationId,
  views: [
    view('/products/:id', '/products/?'),
    view('/products/*', '/products/**'),
    view('/', 'home'),
    view('/guides/:id', '/guides/?'),
    view('/guides/:id/', '/guides/?/'),
    view('/manuals/:id', '/manuals/?'),
    view('/journal/:id/', '/journal/?/'),
  ],
}
const help: Website = {
  ...unnamedWebsite,
  key: 'help',
  name: 'Help',
  posthog: { kind: 'environments', id: '1' },
}

const catalog = new Catalog(
  [
    { ...unnamedLocation, key: 'elsewhere', name: 'Elsewhere', brandId: 5678, referenceNumber: 'US0658' },
    oxfordStreet,
  ],
  [help, shop],
)
const empty = new Catalog()

test.each([
  'oxford-street',
  `aura-vision:${auraVisionId}`,
  `aura-vision:${auraVisionId.toUpperCase()}`,
  'analytiks:1',
  'analytiks:01',
  'reference:1234:US0658',
])('a location of the catalog is found by %s', key => {
  expect(catalog.location(key)).toBe(oxfordStreet)
})

test.each([
  'shop',
  `zenovay:${zenovayId}`,
  `zenovay:${zenovayId.toUpperCase()}`,
  'posthog:1',
  `datadog:${datadogApplicationId}`,
])('a website of the catalog is found by %s', key => {
  expect(catalog.website(key)).toBe(shop)
})

test("a project and an environment of PostHog are two things, and so are two brands' references", () => {
  expect(catalog.website('posthog-environment:1')).toBe(help)
  expect(catalog.location('reference:5678:US0658')?.key).toBe('elsewhere')
})

test('a location that the catalog does not name is still reachable by its upstream identity', () => {
  for (const some of [catalog, empty]) {
    expect(some.location('aura-vision:FFFFFFFFFFFFFFFFFFFFFFFF')).toEqual({
      ...unnamedLocation,
      key: 'aura-vision:ffffffffffffffffffffffff',
      auraVisionId: 'ffffffffffffffffffffffff',
    })
    expect(some.location('analytiks:7')).toEqual({ ...unnamedLocation, key: 'analytiks:7', analytiksId: 7 })
    expect(some.location('reference:9:US0658')).toEqual({
      ...unnamedLocation,
      key: 'reference:9:US0658',
      brandId: 9,
      referenceNumber: 'US0658',
    })
  }
})

test('a website that the catalog does not name is still reachable by its upstream identity', () => {
  const otherId = 'ffffffff-1111-0222-0333-444444444444'
  for (const some of [catalog, empty]) {
    expect(some.website(`zenovay:${otherId.toUpperCase()}`)).toEqual({
      ...unnamedWebsite,
      key: `zenovay:${otherId}`,
      zenovayId: otherId,
    })
    expect(some.website('posthog:2')).toEqual({
      ...unnamedWebsite,
      key: 'posthog:2',
      posthog: { kind: 'projects', id: '2' },
    })
    expect(some.website('posthog-environment:2')).toEqual({
      ...unnamedWebsite,
      key: 'posthog-environment:2',
      posthog: { kind: 'environments', id: '2' },
    })
    expect(some.website('datadog:other')).toEqual({
      ...unnamedWebsite,
      key: 'datadog:other',
      datadogApplicationId: 'other',
    })
  }
})

test('whatever a look-up answers is found again by its key', () => {
  const kinds = fc.constantFrom('aura-vision', 'analytiks', 'reference', 'zenovay', 'posthog', 'datadog')
  const rest = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.nat().map(String),
    fc.constantFrom('1:2', '1:US:0658', auraVisionId, zenovayId),
  )
  const key = fc.tuple(kinds, rest).map(parts => parts.join(':'))
  fc.assert(
    fc.property(fc.oneof(key, fc.string()), key => {
      for (const some of [catalog, empty]) {
        const location = some.location(key)
        if (location) expect(some.location(location.key)).toEqual(location)
        const website = some.website(key)
        if (website) expect(some.website(website.key)).toEqual(website)
      }
    }),
    { numRuns: 1000 },
  )
})

test('a reference number is any text, colons included', () => {
  fc.assert(
    fc.property(fc.nat(), fc.string({ minLength: 1 }), (brandId, referenceNumber) => {
      const found = empty.location(`reference:${brandId}:${referenceNumber}`)
      expect(found).toMatchObject({ brandId, referenceNumber })
    }),
  )
})

test.each([
  '',
  'nowhere',
  'shop',
  'aura-vision',
  'aura-vision:',
  'aura-vision:64a1b2c3',
  `aura-vision:${auraVisionId}0`,
  `aura-vision:${auraVisionId}:0`,
  'analytiks:',
  'analytiks:x',
  'analytiks:-1',
  'analytiks:1.5',
  'analytiks:1e3',
  'analytiks: 1',
  'analytiks:1:2',
  'analytiks:9007199254740993',
  'reference:1234',
  'reference:1234:',
  'reference:x:US0658',
  'zenovay:1',
  'oxford-street:1',
])('no location can be "%s"', key => {
  expect(catalog.location(key)).toBeUndefined()
})

test.each([
  '',
  'nowhere',
  'oxford-street',
  'zenovay',
  'zenovay:',
  'zenovay:shop',
  `zenovay:${zenovayId}0`,
  'posthog:',
  'posthog-environment:',
  'datadog:',
  'analytiks:1',
  'shop:1',
])('no website can be "%s"', key => {
  expect(catalog.website(key)).toBeUndefined()
})

test.each([
  ['/products/7', '/products/?'],
  ['/products/7/reviews', '/products/**'],
  ['/', 'home'],
  ['/products', '/products'],
  ['/pricing', '/pricing'],
  ['/pricing?plan=pro', '/pricing'],
  ['/products/7?size=2#reviews', '/products/?'],
  ['/products/7/', '/products/**'],
  ['/manuals/7/', '/manuals/?'],
  ['/guides/7/', '/guides/?/'],
  ['/guides/7', '/guides/?'],
  ['/journal/7', '/journal/?/'],
  ['/about/', '/about/'],
  ['/Products/7', '/Products/7'],
  ['products/7', 'products/7'],
  ['', ''],
])('the first pattern that fits a path names its view, else the path does: %s', (path, viewName) => {
  expect(catalog.viewName(shop, path)).toBe(viewName)
})

test('a path without a pattern is the name of its view, whatever it is, but for query and fragment', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webPath(), fc.constant('/\ud800')), path => {
      const pathname = path.split(/[?#]/)[0]
      expect(catalog.viewName(help, path)).toBe(pathname)
      expect(catalog.viewName({ ...shop, views: [view('/never/:x', 'x')] }, path)).toBe(pathname)
    }),
  )
})

test('Datadog may know a page by its path with escapes, in letters of either kind, or as people write it', () => {
  expect(catalog.viewNames(help, '/blog/%E3%81%82/?q=%C3%A9')).toEqual([
    '/blog/%E3%81%82/',
    '/blog/あ/',
    '/blog/%e3%81%82/',
    '/blog/あ',
  ])
  expect(catalog.viewNames(help, '/plain')).toEqual(['/plain'])
})

function view(pathname: string, viewName: string) {
  return { pattern: new URLPattern({ pathname }), viewName }
}
