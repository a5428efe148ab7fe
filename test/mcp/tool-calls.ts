const week = { local: { start: '2026-10-05', end: '2026-10-12' } }
const october = { local: { start: '2026-10-01', end: '2026-11-01' } }

/** A call of each shipped tool that the made-up world has an answer to. */
export const toolCalls: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  list_stores: {},
  visits_of_store: { store: 'oxford-street', range: october },
  compare_stores: { stores: ['Location:oxford-street', 'Location:ginza'], range: week },
  compare_periods_of_store: { store: 'oxford-street', range: week, against: { before: week } },
  visits_of_stores: {
    range: { period: 'LAST_WEEK' },
    against: { before: { period: 'LAST_WEEK' } },
    first: 30,
  },
  busiest_hours_of_store: { store: 'oxford-street' },
  zones_of_store: { store: 'oxford-street', range: week },
  heatmaps_of_store: { store: 'oxford-street', from: '2026-10-05T00:00:00Z', to: '2026-10-06T00:00:00Z' },
  list_websites: {},
  top_pages: { website: 'shop', first: 30 },
  heat_of_page: { url: 'https://shop.example.com/pricing', from: '2026-11-02', to: '2026-11-09' },
  compare_heat_of_page: {
    url: 'https://shop.example.com/pricing',
    from: '2026-11-09',
    to: '2026-11-16',
    beforeFrom: '2026-11-02',
    beforeTo: '2026-11-09',
  },
  snapshots_of_page: { url: 'https://shop.example.com/pricing', first: 20 },
  state_of_vendors: {},
}
