import type { GraphiQLOptions } from 'graphql-yoga'

/** GraphiQL with one tab per use. Each works unchanged with any catalog. Their ranges end with yesterday. */
export function explorer(now: Date): GraphiQLOptions {
  const midnight = Math.floor(now.getTime() / 86_400_000) * 86_400_000
  const days = (count: number) => ({
    start: new Date(midnight - count * 86_400_000).toISOString(),
    end: new Date(midnight).toISOString(),
  })
  const day = (ago: number) => new Date(midnight - ago * 86_400_000).toISOString().slice(0, 10)
  const tab = (query: string, variables: object = {}) => ({
    query,
    variables: JSON.stringify(variables, null, 2),
  })
  return {
    title: 'Isotherm',
    defaultTabs: [
      tab(everything, { range: days(1) }),
      tab(storeFloor, { range: days(1) }),
      tab(traffic, { range: days(2) }),
      tab(website),
      tab(pageHeat, {
        week: { from: day(7), to: day(0) },
        before: { from: day(14), to: day(7) },
      }),
      tab(replaySnapshots),
    ],
  }
}

const everything = /* GraphQL */ `# One store and one website, as all five vendors see them.
# The variables below say when: all of yesterday, in UTC.
query EverythingAtOnce($range: TimeRange!) {
  locations(first: 1) {
    nodes {
      name
      # Analytiks counts who comes in and who walks past.
      traffic(
        range: { utc: $range }
        metrics: [VISITS, WALK_BYS]
      ) {
        metric
        total
        peak {
          localAt
          value
        }
      }
      # Aura Vision draws where they walk.
      # Ctrl-click a link of the answer to see it.
      heatmaps(range: $range, types: [PATH]) {
        role
        localTime
        image {
          link
        }
      }
    }
  }
  websites(first: 1) {
    nodes {
      name
      # Zenovay knows the most visited pages.
      views(first: 3) {
        nodes {
          path
          totalInteractions
          # Datadog has moments of sessions there.
          snapshots(first: 1) {
            name
            deviceType
            createdAt
          }
        }
      }
      # PostHog has images of pages.
      heatmaps(first: 2) {
        nodes {
          url
          image(width: 1024) {
            state
            width
            link
          }
        }
      }
    }
  }
}
`

const storeFloor = /* GraphQL */ `# Where people walk and linger, from Aura Vision.
# Ctrl-click a link of the answer to see the image.
# Add ?width=400 or ?format=webp to a link to change what it serves.
query StoreFloor($range: TimeRange!) {
  locations(first: 3) {
    nodes {
      name
      heatmaps(range: $range, types: [PATH, LINGER]) {
        type
        role
        age
        gender
        localTime
        recordingId
        image {
          state
          link
        }
      }
    }
  }
}
`

const traffic = /* GraphQL */ `# How many people come, from Analytiks: twelve stores in
# total, then the first by the hour. It costs one call.
# The range may be up to five days long.
query Traffic($range: TimeRange!) {
  stores: locations(first: 12) {
    nodes {
      name
      timeZone
      traffic(
        range: { utc: $range }
        metrics: [VISITS, WALK_BYS]
      ) {
        metric
        total
        peak {
          localAt
          value
        }
      }
    }
  }
  byTheHour: locations(first: 1) {
    nodes {
      name
      traffic(range: { utc: $range }, metrics: [VISITS]) {
        metric
        unit
        # For charts, columns has the same as plain lists.
        points {
          localAt
          value
        }
      }
    }
  }
}
`

const website = /* GraphQL */ `# The most visited pages of websites, from Zenovay,
# and their saved heatmaps, from PostHog.
# Ctrl-click a link of the answer to see the image: it
# works in a plain <img> too.
query Website {
  websites(first: 3) {
    nodes {
      name
      origin
      views(first: 5) {
        nodes {
          path
          totalInteractions
          lastInteractionAt
        }
      }
      heatmaps(first: 3) {
        nodes {
          name
          url
          status
          image(width: 1024) {
            state
            width
            link
            failure
          }
        }
      }
    }
  }
}
`

const pageHeat = /* GraphQL */ `# What visitors of pages did last week, from PostHog, and
# where that is more or less than the week before.
# viewport: {} mixes all widths of windows. For an image of
# 1024 pixels, leave it out.
query PageHeat($week: DayRange!, $before: DayRange!) {
  websites(first: 1) {
    nodes {
      name
      heatmaps(first: 3) {
        nodes {
          name
          heat(type: CLICK, days: $week, viewport: {}) {
            total
            unit
            # Shares of the width, and pixels from the top.
            hotspots(top: 3) {
              x
              y
              value
              share
            }
            fold {
              belowShare
              medianViewportHeight
            }
            difference(against: $before) {
              total
              hotspots(top: 3) {
                x
                y
                value
              }
            }
          }
        }
      }
    }
  }
}
`

const replaySnapshots = /* GraphQL */ `# Moments of recorded sessions, from Datadog, for the
# most visited pages of a website.
query ReplaySnapshots {
  websites(first: 1) {
    nodes {
      name
      views(first: 5) {
        nodes {
          path
          desktop: snapshots(
            deviceType: "desktop"
            first: 2
          ) {
            ...Moment
          }
          mobile: snapshots(
            deviceType: "mobile"
            first: 2
          ) {
            ...Moment
          }
        }
      }
    }
  }
}

fragment Moment on Snapshot {
  name
  # Milliseconds from the start of the session.
  start
  sessionId
  createdAt
  createdBy
}
`
