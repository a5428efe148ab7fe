/** Questions about websites and their vendors, each with a small answer. Descriptions are what a model reads of them. */
export const pageQuestions = /* GraphQL */ `
"Lists websites: the ids that other tools take, names and origins. A page's URL is the origin and a path of top_pages."
query list_websites(
  "How many, 1 to 30."
  $first: Int = 20
  "The endCursor of the last answer."
  $after: String
) {
  websites(first: $first, after: $after) {
    nodes { id name origin }
    pageInfo { hasNextPage endCursor }
  }
}

"The pages of a website that visitors used most, by all interactions ever recorded, the highest first; interactionShare is a page's share of all pages, from 0 to 1."
query top_pages(
  "An id of list_websites."
  $website: ID!
  "Another order: the least used or latest used first, or by path."
  $orderBy: ViewOrder = INTERACTIONS
  "How many, 1 to 30."
  $first: Int = 10
) {
  website(by: { id: $website }) {
    name
    views(first: $first, orderBy: $orderBy) {
      totalCount
      totalInteractions
      nodes { path url totalInteractions interactionShare lastInteractionAt }
    }
  }
}

"What visitors did on one page, from its saved heatmaps: totals, the hottest spots (x is a share of the width, y pixels from the top), how much lies below the first screen, and a link to the page's image."
query heat_of_page(
  "The page's URL."
  $url: URL!
  "The first day; or give last, or period."
  $from: LocalDate
  "The first day after the range: it is not counted."
  $to: LocalDate
  "The days up to yesterday, such as P7D."
  $last: Duration
  "Days by the calendar, such as LAST_WEEK."
  $period: CalendarPeriod
  "What is counted."
  $type: HeatType = CLICK
  "How many spots, 1 to 20."
  $spots: Int = 5
  "Of how many saved heatmaps, the latest first, 1 to 4; heatmapCount is how many there are."
  $first: Int = 3
) {
  view(by: { url: $url }) {
    path
    heatmapCount
    heatmaps(first: $first) {
      name
      image { link }
      heat(type: $type, days: { from: $from, to: $to, last: $last, period: $period }) {
        page
        total
        unit
        viewport { min max }
        hotspots(top: $spots) { x y value share }
        fold { belowShare medianViewportHeight }
      }
    }
  }
}

"Where on one page visitors did more or less than on other days: the spots that differ most. Choose as many days on both sides."
query compare_heat_of_page(
  "The page's URL."
  $url: URL!
  "The first day; or give last, or period."
  $from: LocalDate
  "The first day after the range: it is not counted."
  $to: LocalDate
  "The days up to yesterday, such as P7D."
  $last: Duration
  "Days by the calendar, such as LAST_WEEK."
  $period: CalendarPeriod
  "The first of the days that they are compared with; or give before."
  $beforeFrom: LocalDate
  "The first day after those: it is not counted."
  $beforeTo: LocalDate
  "The same period before these days, such as { last: \\"P7D\\" }."
  $before: DayRange
  "What is counted."
  $type: HeatType = CLICK
  "Of how many saved heatmaps, the latest first, 1 to 7; heatmapCount is how many there are."
  $first: Int = 3
) {
  view(by: { url: $url }) {
    path
    heatmapCount
    heatmaps(first: $first) {
      name
      heat(type: $type, days: { from: $from, to: $to, last: $last, period: $period }) {
        total
        unit
        difference(against: { from: $beforeFrom, to: $beforeTo, before: $before }) {
          total
          hotspots(top: 5) { x y value }
        }
      }
    }
  }
}

"Replay snapshots of one page: which exist, of which device and moment."
query snapshots_of_page(
  "The page's URL."
  $url: URL!
  "Only this device type, such as desktop or mobile."
  $deviceType: String
  "How many, 1 to 20."
  $first: Int = 5
) {
  view(by: { url: $url }) {
    path
    snapshots(deviceType: $deviceType, first: $first) { id name deviceType createdAt start }
  }
}

"Whether the five vendors can be asked, when each last answered, and how many calls are left. Ask it when an answer has errors."
query state_of_vendors {
  providers { name status lastSuccessAt quotaLeft breaker { state until } }
}
`
