/** Questions about stores, each with a small answer. Descriptions are what a model reads of them. */
export const storeQuestions = /* GraphQL */ `
"Lists stores: the ids that other tools take, names and time zones. For more, pass the cursor of the last answer as after."
query list_stores(
  "How many, 1 to 50."
  $first: Int = 30
  "The endCursor of the last answer."
  $after: String
) {
  locations(first: $first, after: $after) {
    nodes { id name timeZone }
    pageInfo { hasNextPage endCursor }
  }
}

"How many people came into one store: the total, the busiest bucket, and one number for each bucket. Null is a bucket without a report, not 0."
query visits_of_store(
  "An id of list_stores."
  $store: ID!
  "The first day, by the store's own calendar."
  $from: LocalDateTime!
  "The first day after the range: it is not counted."
  $to: LocalDateTime!
  "The length of a bucket. Hours fit for a week, days for half a year."
  $interval: TrafficInterval = DAILY
) {
  location(by: { id: $store }) {
    name
    timeZone
    traffic(range: { local: { start: $from, end: $to } }, interval: $interval, metrics: [VISITS]) {
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
  "The first day, by each store's own calendar."
  $from: LocalDateTime!
  "The first day after the range: it is not counted."
  $to: LocalDateTime!
) {
  nodes(ids: $stores) {
    ... on Location {
      id
      name
      traffic(range: { local: { start: $from, end: $to } }, metrics: [VISITS, WALK_BYS, BOUNCES]) { metric total }
      captureRate(range: { local: { start: $from, end: $to } })
      bounceRate(range: { local: { start: $from, end: $to } })
    }
  }
}

"Compares one store over two periods, such as a week and the week before. Choose periods of equal length that begin on the same weekday."
query compare_periods_of_store(
  "An id of list_stores."
  $store: ID!
  "The first day of the period."
  $from: LocalDateTime!
  "The first day after the period: it is not counted."
  $to: LocalDateTime!
  "The first day of the period that it is compared with."
  $beforeFrom: LocalDateTime!
  "The first day after that period: it is not counted."
  $beforeTo: LocalDateTime!
) {
  location(by: { id: $store }) {
    name
    period: traffic(range: { local: { start: $from, end: $to } }, metrics: [VISITS, WALK_BYS, BOUNCES]) { metric total }
    before: traffic(range: { local: { start: $beforeFrom, end: $beforeTo } }, metrics: [VISITS, WALK_BYS, BOUNCES]) { metric total }
  }
}

"How many people came into each store, one total a store. For more stores, pass the cursor of the last answer as after."
query visits_of_stores(
  "The first day, by each store's own calendar."
  $from: LocalDateTime!
  "The first day after the range: it is not counted."
  $to: LocalDateTime!
  "How many stores, 1 to 40."
  $first: Int = 30
  "The endCursor of the last answer."
  $after: String
) {
  locations(first: $first, after: $after) {
    nodes {
      id
      name
      traffic(range: { local: { start: $from, end: $to } }, metrics: [VISITS]) { total }
    }
    pageInfo { hasNextPage endCursor }
  }
}

"The busiest hours of one store: when most people came in, and when most were inside at one time."
query busiest_hours_of_store(
  "An id of list_stores."
  $store: ID!
  "The first day, by the store's own calendar."
  $from: LocalDateTime!
  "The first day after the range: it is not counted."
  $to: LocalDateTime!
) {
  location(by: { id: $store }) {
    name
    traffic(range: { local: { start: $from, end: $to } }, metrics: [VISITS, WALK_BYS, PEAK_OCCUPANCY]) {
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
  "The first day, by the store's own calendar."
  $from: LocalDateTime!
  "The first day after the range: it is not counted."
  $to: LocalDateTime!
) {
  location(by: { id: $store }) {
    name
    pointsOfInterest(range: { local: { start: $from, end: $to } }) {
      id
      traffic(metrics: [VISITS, PEAK_VISITS]) { metric total }
    }
  }
}

"Links to pictures of a store's floor: where people walked, lingered or interacted. A link opens without a key."
query heatmaps_of_store(
  "An id of list_stores."
  $store: ID!
  "From when on."
  $from: DateTime!
  "Until when; that instant is not in the range."
  $to: DateTime!
  "What the pictures show."
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
