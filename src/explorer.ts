import type { GraphiQLOptions } from 'graphql-yoga'

/** GraphiQL with a tab for each use, all of which work as they stand on whatever the catalog holds. Their ranges end with yesterday. */
export function explorer(now: Date): GraphiQLOptions {
  const midnight = Math.floor(now.getTime() / 86_400_000) * 86_400_000
  const days = (count: number) => ({
    start: new Date(midnight - count * 86_400_000).toISOString(),
    end: new Date(midnight).toISOString(),
  })
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
      tab(replaySnapshots),
    ],
  }
}

const everything = /* GraphQL */ `# Everything at once: all five vendors in one query.
query EverythingAtOnce($range: TimeRange!) {
  locations(first: 2) {
    nodes {
      name
      heatmaps(range: $range, types: [PATH]) {
        type
        createdAt
        image {
          link
        }
      }
      traffic(range: { utc: $range }, metrics: [VISITS, WALK_BYS]) {
        metric
        total
        peak {
          localAt
          value
        }
      }
    }
  }
  websites(first: 1) {
    nodes {
      name
      views(first: 3) {
        nodes {
          path
          totalInteractions
          snapshots(deviceType: "desktop", first: 2) {
            name
            start
          }
        }
      }
      heatmaps(first: 2) {
        nodes {
          name
          image(width: 1024) {
            state
            width
          }
        }
      }
    }
  }
}
`

const storeFloor = /* GraphQL */ `# Store floor: where people walked and lingered, from Aura Vision.
query StoreFloor($range: TimeRange!) {
  locations(first: 3) {
    nodes {
      id
      name
      heatmaps(range: $range, types: [PATH, LINGER, ENTRY]) {
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

const traffic = /* GraphQL */ `# Traffic: how many people came, by the hour, from Analytiks.
query Traffic($range: TimeRange!) {
  locations(first: 12) {
    nodes {
      id
      name
      timeZone
      traffic(range: { utc: $range }, interval: HOURLY) {
        metric
        unit
        reported
        total
        peak {
          localAt
          value
        }
        columns {
          start
          stepSeconds
          values
        }
      }
    }
  }
}
`

const website = /* GraphQL */ `# Website: its most visited pages from Zenovay, its saved heatmaps from PostHog.
query Website {
  websites(first: 3) {
    nodes {
      id
      name
      origin
      views(first: 5) {
        nodes {
          path
          totalInteractions
          lastInteractionAt
        }
      }
      heatmaps(first: 5) {
        nodes {
          name
          url
          status
          renditions {
            width
            hasContent
          }
          image(width: 1024) {
            state
            width
            failure
          }
        }
      }
    }
  }
}
`

const replaySnapshots = /* GraphQL */ `# Replay snapshots: moments of recorded sessions, from Datadog, page by page.
query ReplaySnapshots {
  websites(first: 1) {
    nodes {
      name
      views(first: 5) {
        nodes {
          path
          name
          desktop: snapshots(deviceType: "desktop", first: 3) {
            ...Moment
          }
          mobile: snapshots(deviceType: "mobile", first: 3) {
            ...Moment
          }
        }
      }
    }
  }
}

fragment Moment on Snapshot {
  id
  name
  start
  sessionId
  createdAt
  createdBy
}
`
