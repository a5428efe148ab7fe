/** By tool, the variable that holds stores, which its document takes as node ids. */
export const storeLists: ReadonlyMap<string, string> = new Map([['compare_stores', 'stores']])

/** Questions about stores, each with a small answer. Descriptions are what a model reads of them. */
export const storeQuestions = /* GraphQL */ `
"Finds stores by name, or lists them: the ids that other tools take, names and time zones. For more, pass the cursor of the last answer as after."
query list_stores(
  "Only stores whose name or number holds these words, whatever case and accents."
  $search: String
  "How many, 1 to 50."
  $first: Int = 30
  "The endCursor of the last answer."
  $after: String
) {
  locations(first: $first, after: $after, search: $search, orderBy: NAME) {
    totalCount
    nodes { id name timeZone }
    pageInfo { hasNextPage endCursor }
  }
}

"How many people came into one store: the total, the busiest bucket, and one number for each bucket. Null is a bucket without a report, not 0."
query visits_of_store(
  "An id of list_stores."
  $store: ID!
  "The days by the store's own calendar, such as { last: \\"P7D\\" } or { period: LAST_MONTH }."
  $range: TrafficRange = { last: "P7D" }
  "The length of a bucket. Hours fit for a week, days for half a year."
  $interval: TrafficInterval = DAILY
) {
  location(by: { id: $store }) {
    name
    timeZone
    traffic(range: $range, interval: $interval, metrics: [VISITS]) {
      range { localStart localEnd }
      total
      peak { localAt value }
      columns { localStarts values }
    }
  }
}

"Compares up to 15 stores over the same days: people who came in, who walked past and who left at once, as totals; captureRate is the share of passers-by that came in, bounceRate the share that left at once."
query compare_stores(
  "Ids of list_stores, at most 15."
  $stores: [ID!]!
  "The days by each store's own calendar, such as { last: \\"P7D\\" } or { period: LAST_MONTH }."
  $range: TrafficRange = { last: "P7D" }
) {
  nodes(ids: $stores) {
    ... on Location {
      id
      name
      traffic(range: $range, metrics: [VISITS, WALK_BYS, BOUNCES]) { metric total }
      captureRate(range: $range)
      bounceRate(range: $range)
    }
  }
}

"Compares one store over two periods, such as last month and the month before: changeRatio 0.1 is a tenth more."
query compare_periods_of_store(
  "An id of list_stores."
  $store: ID!
  "The period by the store's own calendar, such as { period: LAST_MONTH }."
  $range: TrafficRange!
  "What it is compared with, such as { before: { period: LAST_MONTH } }: the same period before."
  $against: TrafficRange!
) {
  location(by: { id: $store }) {
    name
    trafficTotals(range: $range, against: $against, metrics: [VISITS, WALK_BYS, BOUNCES]) {
      metric
      total
      against
      change
      changeRatio
    }
  }
}

"How many people came into each store, and into the listed stores together: in totals and, with against, compared with another range. lacking names stores that failed: they are in no total. For more stores, pass the cursor of the last answer as after."
query visits_of_stores(
  "The days by each store's own calendar, such as { last: \\"P7D\\" } or { period: LAST_MONTH }."
  $range: TrafficRange = { last: "P7D" }
  "What it is compared with, such as { before: { last: \\"P7D\\" } }."
  $against: TrafficRange
  "Only stores whose name or number holds these words."
  $search: String
  "How many stores, 1 to 30."
  $first: Int = 30
  "The endCursor of the last answer."
  $after: String
) {
  locations(first: $first, after: $after, search: $search, orderBy: NAME) {
    totalCount
    traffic(range: $range, against: $against, metrics: [VISITS, WALK_BYS]) {
      isWhole
      lacking { location { name } message }
      totals { metric total against changeRatio }
    }
    nodes {
      id
      name
      trafficTotals(range: $range, against: $against, metrics: [VISITS]) { total changeRatio }
    }
    pageInfo { hasNextPage endCursor }
  }
}

"The busiest hours of one store: when most people came in, and when most were inside at one time."
query busiest_hours_of_store(
  "An id of list_stores."
  $store: ID!
  "The days by the store's own calendar, such as { last: \\"P7D\\" } or { period: LAST_MONTH }."
  $range: TrafficRange = { last: "P7D" }
) {
  location(by: { id: $store }) {
    name
    traffic(range: $range, metrics: [VISITS, WALK_BYS, PEAK_OCCUPANCY]) {
      metric
      total
      peak { localAt value }
    }
  }
}

"How many people stopped at each zone of one store."
query zones_of_store(
  "An id of list_stores."
  $store: ID!
  "The days by the store's own calendar, such as { last: \\"P7D\\" } or { period: LAST_MONTH }."
  $range: TrafficRange = { last: "P7D" }
) {
  location(by: { id: $store }) {
    name
    pointsOfInterest(range: $range) {
      id
      traffic(metrics: [VISITS, PEAK_VISITS]) { metric total }
    }
  }
}

"Links to images of a store's floor: where people walked, lingered or interacted. A link opens without a key."
query heatmaps_of_store(
  "An id of list_stores."
  $store: ID!
  "From when on."
  $from: DateTime!
  "Until when; that instant is not in the range."
  $to: DateTime!
  "What the images show."
  $types: [SpatialHeatmapType!] = [PATH]
  "How many, 1 to 10."
  $first: Int = 4
) {
  location(by: { id: $store }) {
    name
    heatmapConnection(range: { start: $from, end: $to }, types: $types, first: $first) {
      nodes { type localTime image { link } }
      pageInfo { hasNextPage }
    }
  }
}
`
