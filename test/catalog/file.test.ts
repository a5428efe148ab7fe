import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { problemsOf, read } from '../support/catalog-texts.ts'

const shop = `
locations:
  - id: oxford-street
    name: Oxford Street
    timeZone: Europe/London
    auraVision: { locationId: 64a1b2c3d4e5f6a7b8c9d0e3 }
    analytiks: { locationId: 1, brandId: 1234, referenceNumber: US0658 }
websites:
  - id: shop
    name: Shop
    origin: https://shop.example.com
    zenovay: { websiteId: a1b2c3d4-e5f6-7890-abcd-ef1234567890 }
    posthog: { projectId: "1", timeZone: Europe/Paris } # or environmentId
    datadog: { applicationId: aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb }
    views:                                 # page path pattern (URLPattern) -> Datadog view name; default: the path itself
      - { path: "/products/:id", viewName: "/products/?" }
`

test('a catalog says which upstream identities are one thing', () => {
  const { locations, websites } = read(shop)
  expect(locations).toEqual([
    {
      key: 'oxford-street',
      name: 'Oxford Street',
      timeZone: 'Europe/London',
      auraVisionId: '64a1b2c3d4e5f6a7b8c9d0e3',
      analytiksId: 1,
      brandId: 1234,
      referenceNumber: 'US0658',
    },
  ])
  expect(websites).toMatchObject([
    {
      key: 'shop',
      name: 'Shop',
      origin: 'https://shop.example.com',
      origins: ['https://shop.example.com'],
      zenovayId: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
      posthog: { kind: 'projects', id: '1' },
      posthogTimeZone: 'Europe/Paris',
      datadogApplicationId: 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb',
    },
  ])
  expect(websites[0]?.views.map(({ pattern, viewName }) => [pattern.pathname, viewName])).toEqual([
    ['/products/:id', '/products/?'],
  ])
})

test.each([
  ['/caf%c3%a9/:id', '/caf%C3%A9/7'],
  ['/%7Eann/*', '/~ann/x'],
  ['/docs/a%2fb', '/docs/a%2Fb'],
  ['/100%', '/100%25'],
])('a pattern fits whatever the form of its escapes: %s', (path, spelled) => {
  const catalog = read(
    JSON.stringify({ websites: [{ id: 'a', name: 'A', views: [{ path, viewName: 'known' }] }] }),
  )
  const [website] = catalog.websites
  expect(website && catalog.viewName(website, spelled)).toBe('known')
})

test('an entry may have an id and a name alone', () => {
  const { locations, websites } = read('locations: [{ id: a, name: A }]\nwebsites: [{ id: a, name: A }]')
  const unknown = {
    timeZone: null,
    auraVisionId: null,
    analytiksId: null,
    brandId: null,
    referenceNumber: null,
  }
  expect(locations).toEqual([{ key: 'a', name: 'A', ...unknown }])
  const nowhere = {
    origin: null,
    origins: [],
    zenovayId: null,
    posthog: null,
    posthogTimeZone: null,
    datadogApplicationId: null,
    views: [],
  }
  expect(websites).toEqual([{ key: 'a', name: 'A', ...nowhere }])
})

test.each(['', '# nothing yet', '{}', 'locations: []', 'websites: []', 'locations:\nwebsites:'])(
  'a catalog may be empty: "%s"',
  text => {
    expect(read(text)).toEqual(expect.objectContaining({ locations: [], websites: [] }))
  },
)

test('identities are compared as the vendors do: hexadecimal digits in either case, origins without a slash', () => {
  const text = shop
    .replace('64a1b2c3d4e5f6a7b8c9d0e3', '64A1B2C3D4E5F6A7B8C9D0E3')
    .replace('a1b2c3d4-e5f6-7890-abcd', 'A1B2C3D4-E5F6-7890-ABCD')
    .replace('https://shop.example.com', 'HTTPS://Shop.Example.com:443/')
    .replace('HTTPS', 'https')
  expect(read(text)).toEqual(read(shop))
})

test.each([
  ['europe/london', 'Europe/London'],
  ['AMERICA/ARGENTINA/BUENOS_AIRES', 'America/Argentina/Buenos_Aires'],
  ['asia/calcutta', 'Asia/Calcutta'],
  ['etc/gmt+5', 'Etc/GMT+5'],
  ['utc', 'UTC'],
])('a time zone is spelled as IANA does, not as the catalog: %s', (timeZone, told) => {
  const posthog = { projectId: '1', timeZone }
  const { locations, websites } = read(
    JSON.stringify({
      locations: [{ id: 'a', name: 'A', timeZone }],
      websites: [{ id: 'a', name: 'A', posthog }],
    }),
  )
  expect([locations[0]?.timeZone, websites[0]?.posthogTimeZone]).toEqual([told, told])
})

/** Every line that holds `# <-` has the problem that stands behind it. */
const problematic: Readonly<Record<string, string>> = {
  'an unknown key at the top': 'stores: [] # <- stores: is not a key that is known here',
  'an unknown key of a location': `
locations:
  - id: a
    name: A
    colour: # <- locations.a.colour: is not a key that is known here
      red: 1`,
  'an unknown key of an Aura Vision identity': `
locations:
  - id: a
    name: A
    auraVision:
      locationId: 64a1b2c3d4e5f6a7b8c9d0e3
      location: 5 # <- locations.a.auraVision.location: is not a key that is known here`,
  'an unknown key of an Analytiks identity': `
locations:
  - id: a
    name: A
    analytiks: { locationId: 1, reference: x } # <- locations.a.analytiks.reference: is not a key that is known here`,
  'an unknown key of a website': `
websites:
  - { id: a, name: A }
  - url: https://shop.example.com # <- websites.b.url: is not a key that is known here
    id: b
    name: B`,
  'unknown keys of the identities of a website': `
websites:
  - id: a
    name: A
    zenovay: { websiteId: a1b2c3d4-e5f6-7890-abcd-ef1234567890, id: 1 } # <- websites.a.zenovay.id: is not a key that is known here
    posthog: { projectId: 1, id: 1 } # <- websites.a.posthog.id: is not a key that is known here
    datadog: { applicationId: x, id: 1 } # <- websites.a.datadog.id: is not a key that is known here`,
  'an unknown key of a view': `
websites:
  - id: a
    name: A
    views:
      - { path: /, viewName: home }
      - path: /a
        viewName: a
        name: a # <- websites.a.views.1.name: is not a key that is known here`,
  'a location id that is there twice': `
locations:
  - { id: a, name: A }
  - { id: b, name: B }
  - { id: a, name: C } # <- locations.a.id: location id a is claimed by a already`,
  'a website id that is there twice': `
websites:
  - { id: a, name: A }
  - name: B
    id: a # <- websites.a.id: website id a is claimed by a already`,
  'an Aura Vision location that is claimed twice': `
locations:
  - { id: a, name: A, auraVision: { locationId: 64a1b2c3d4e5f6a7b8c9d0e3 } }
  - id: b
    name: B
    auraVision: # <- locations.b.auraVision: Aura Vision location 64a1b2c3d4e5f6a7b8c9d0e3 is claimed by a already
      locationId: 64A1B2C3D4E5F6A7B8C9D0E3`,
  'an Analytiks location that is claimed twice': `
locations:
  - { id: a, name: A, analytiks: { locationId: 0 } }
  - id: b
    name: B
    analytiks: { locationId: "0" } # <- locations.b.analytiks: Analytiks location 0 is claimed by a already`,
  'an Analytiks reference that is claimed twice': `
locations:
  - { id: a, name: A, analytiks: { brandId: 0, referenceNumber: X1 } }
  - { id: b, name: B, analytiks: { brandId: 1, referenceNumber: X1 } }
  - id: c
    name: C
    analytiks: { locationId: 1, brandId: 0, referenceNumber: X1 } # <- locations.c.analytiks: Analytiks reference 0 X1 is claimed by a already`,
  'an origin that is claimed twice': `
websites:
  - { id: a, name: A, origin: "https://shop.example.com" }
  - { id: b, name: B, origin: "http://shop.example.com", origins: [https://b.example.com, https://b.example.com.] }
  - id: c
    name: C
    origin: https://Shop.example.com/ # <- websites.c.origin: origin https://shop.example.com is claimed by a already`,
  'a further origin that is claimed twice': `
websites:
  - { id: a, name: A, origin: "https://shop.example.com", origins: [http://shop.example.com.] }
  - id: b
    name: B
    origins:
      - https://www.shop.example.com
      - HTTP://Shop.example.com:80 # <- websites.b.origins.1: origin http://shop.example.com is claimed by a already`,
  'a Zenovay website that is claimed twice': `
websites:
  - { id: a, name: A, zenovay: { websiteId: a1b2c3d4-e5f6-7890-abcd-ef1234567890 } }
  - id: b
    name: B
    zenovay: { websiteId: A1B2C3D4-E5F6-7890-ABCD-EF1234567890 } # <- websites.b.zenovay: Zenovay website a1b2c3d4-e5f6-7890-abcd-ef1234567890 is claimed by a already`,
  'a PostHog project that is claimed twice': `
websites:
  - { id: a, name: A, posthog: { projectId: 1 } }
  - { id: b, name: B, posthog: { environmentId: 1 } }
  - id: c
    name: C
    posthog: { projectId: "1" } # <- websites.c.posthog: PostHog project 1 is claimed by a already`,
  'a PostHog environment that is claimed twice': `
websites:
  - { id: a, name: A, posthog: { environmentId: 1 } }
  - id: b
    name: B
    posthog: { environmentId: 1 } # <- websites.b.posthog: PostHog environment 1 is claimed by a already`,
  'a Datadog application that is claimed twice': `
websites:
  - { id: a, name: A, datadog: { applicationId: x } }
  - id: b
    name: B
    datadog: { applicationId: x } # <- websites.b.datadog: Datadog application x is claimed by a already
  - id: c
    name: C
    datadog: { applicationId: x } # <- websites.c.datadog: Datadog application x is claimed by a already`,
  'an entry without an id': `
locations:
  - name: A # <- locations.0.id: Invalid input: expected string, received undefined`,
  'an entry without a name': `
websites:
  - { id: a, name: A }
  - id: b # <- websites.b.name: Invalid input: expected string, received undefined`,
  'entries of another type': `
locations: oxford-street # <- locations: Invalid input: expected array, received string
websites:
  - shop # <- websites.0: Invalid input: expected object, received string
  - id: help
    name: [Help] # <- websites.help.name: Invalid input: expected string, received array`,
  'a list at the top':
    '- id: a # <- the file must hold locations and websites, each a key with a list below it',
  'a text at the top': 'a # <- the file must hold locations and websites, each a key with a list below it',
  'a key that is there twice': `
locations: []
websites: []
locations: [] # <- Map keys must be unique`,
  'an alias without its anchor': `
locations:
  - { id: a, name: A }
  - *b # <- *b has no anchor before it`,
}

test.each(Object.entries(problematic))('%s is told by file, line and entry', (_what, text) => {
  const expected = text.split('\n').flatMap((line, index) => {
    const problem = line.split('# <- ')[1]
    return problem === undefined ? [] : [`shops/catalog.yaml:${index + 1}: ${problem}`]
  })
  expect(expected).not.toHaveLength(0)
  expect(problemsOf(text)).toEqual(expected)
})

test.each([
  ['timeZone', 'must be an IANA time zone such as Europe/London', ['Europe/Londres', '+01:00', '', 'BST']],
  [
    'id',
    'must begin with a letter or digit, and hold only those, dots, dashes and underscores',
    ['a:1', 'a b', '', '-a', '_a', 'é', 'a/b'],
  ],
])('a location whose %s %s', (key, message, values) => {
  for (const value of values) {
    const problems = problemsOf(stringify({ locations: [{ id: 'a', name: 'A', [key]: value }] }))
    const name = key === 'id' ? value : 'a'
    expect(problems).toEqual([
      `shops/catalog.yaml:${key === 'id' ? 2 : 4}: locations.${name}.${key}: ${message}`,
    ])
  }
})

test.each([
  ['shop.example.com'],
  ['https://shop.example.com/pricing'],
  ['https://shop.example.com?a'],
  ['https://shop.example.com#a'],
  ['ftp://shop.example.com'],
  ['https://'],
  ['javascript:alert(1)'],
])('an origin is a scheme, a host and no more: not %s', origin => {
  expect(problemsOf(stringify({ websites: [{ id: 'a', name: 'A', origin }] }))).toEqual([
    'shops/catalog.yaml:4: websites.a.origin: must be an origin such as https://shop.example.com',
  ])
})

test.each([['products/:id'], [''], ['https://shop.example.com/'], ['/products/:'], ['/(['], ['/{a']])(
  'a path pattern starts with a slash and is one: not %s',
  path => {
    const views = [
      { path: '/', viewName: 'home' },
      { path, viewName: 'x' },
    ]
    expect(problemsOf(stringify({ websites: [{ id: 'a', name: 'A', views }] }))).toEqual([
      'shops/catalog.yaml:7: websites.a.views.1.path: must be a path pattern such as /products/:id',
    ])
  },
)

test.each([
  ['locations: [', 1],
  ['locations:\n\t- id: a', 2],
  ['locations: []\n"unclosed', 2],
  ['locations: []\n---\nwebsites: []', 2],
])('a text that is not YAML is told by its line: %j', (text, line) => {
  const [problem] = problemsOf(text)
  expect(problem).toMatch(new RegExp(`^shops/catalog\\.yaml:${line}: \\S+`))
})

test('every problem is told at once, claims beside the rest', () => {
  const problems = problemsOf(`
colour: red
locations:
  - id: a
    name: A
    timeZone: Europe/Londres
    analytiks: { locationId: 1 }
  - id: a
    auraVision: { locationId: x }
    analytiks: { locationId: 1 }
  - nothing
websites:
  - { id: shop, name: Shop, origin: shop.example.com, datadog: { applicationId: x }, colour: red }
  - { id: help, name: "", datadog: { applicationId: x } }
`)
  expect(problems.map(problem => problem.split(': ').slice(0, 2).join(': ')).toSorted()).toEqual([
    'shops/catalog.yaml:10: locations.a.analytiks',
    'shops/catalog.yaml:11: locations.2',
    'shops/catalog.yaml:13: websites.shop.colour',
    'shops/catalog.yaml:13: websites.shop.origin',
    'shops/catalog.yaml:14: websites.help.datadog',
    'shops/catalog.yaml:14: websites.help.name',
    'shops/catalog.yaml:2: colour',
    'shops/catalog.yaml:6: locations.a.timeZone',
    'shops/catalog.yaml:8: locations.a.id',
    'shops/catalog.yaml:8: locations.a.name',
    'shops/catalog.yaml:9: locations.a.auraVision.locationId',
  ])
})

test('whatever the text, it is a catalog or problems that name the file and a line', () => {
  const value = fc.object({
    key: fc.constantFrom('locations', 'websites', 'id', 'name', 'views', 'posthog', 'x'),
  })
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'ab:-[]{}&*!|>\'"%@#,? \n\t1') }),
    value.map(value => stringify(value)),
  )
  fc.assert(
    fc.property(text, text => {
      const lines = text.split('\n').length
      for (const problem of problemsOf(text)) {
        const [, line] = /^shops\/catalog\.yaml:(\d+): ./.exec(problem) ?? []
        expect(Number(line)).toBeGreaterThan(0)
        expect(Number(line)).toBeLessThanOrEqual(lines)
      }
    }),
    { numRuns: 1000 },
  )
})
