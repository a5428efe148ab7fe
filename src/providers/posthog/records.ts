export type HeatType = 'click' | 'rageClick' | 'mouseMove' | 'scrollDepth'
export type HeatAggregation = 'total' | 'uniqueVisitors'

/** Days as `YYYY-MM-DD` by the calendar of the vendor's project, whose time zone its API does not report; `to` is exclusive. */
export interface Days {
  readonly from: string
  readonly to: string
}

/** The widths of visitors' windows, both ends included, in CSS pixels; null where there is no bound. */
export interface ViewportWidths {
  readonly min: number | null
  readonly max: number | null
}

/** A question about a page: it costs as many calls as the vendor has pages of points, whatever the cells. */
export interface HeatQuestion {
  /** The page's URL, or a pattern of URLs with `*`. */
  readonly page: string
  readonly type: HeatType
  readonly days: Days
  readonly viewport: ViewportWidths
  readonly aggregation: HeatAggregation
}

/** How many interactions were above and below the first screen. */
export interface HeatFold {
  readonly total: number
  readonly below: number
  /** In CSS pixels. */
  readonly medianViewportHeight: number | null
}

/** Points by columns: the n-th of each belongs to the n-th point. */
export interface HeatPoints {
  /** Hundredths of the window's width. */
  readonly xs: readonly number[]
  /** CSS pixels from the top of the page, or from the top of the window where the point is fixed. */
  readonly ys: readonly number[]
  readonly counts: readonly number[]
  /** 1 on an element that stays in place while the page scrolls, else 0. */
  readonly fixed: readonly number[]
}

/** How far visitors scrolled: the n-th of each belongs to the n-th bucket of 100 pixels. */
export interface ScrollBuckets {
  /** The top of the bucket that contains their deepest pixel, in CSS pixels. */
  readonly depths: readonly number[]
  readonly counts: readonly number[]
}

/** The vendor's whole data for a question. */
export type Heat =
  | { readonly kind: 'points'; readonly points: HeatPoints; readonly fold: HeatFold | null }
  | { readonly kind: 'scroll'; readonly buckets: ScrollBuckets }

/** Cells row by row: column c of row r is at `r * columns + c`. */
export interface HeatLayer {
  /** The number of rows down to the last one with a value. */
  readonly rows: number
  readonly values: readonly number[]
  /** Includes the values outside of the grid; null if it cannot be known. */
  readonly total: number | null
  /** The values outside of the grid. */
  readonly leftOut: number
}

export interface HeatGeometry {
  readonly columns: number
  /** A share of the window's width. */
  readonly cellWidth: number
  /** In CSS pixels. */
  readonly cellHeight: number
}

export interface HeatGrid extends HeatGeometry, HeatLayer {
  readonly question: HeatQuestion
  /** Elements that stay in place while the page scrolls, by rows from the top of the window; null for depths. */
  readonly fixed: HeatLayer | null
  readonly fold: HeatFold | null
  /** Only for depths. */
  readonly scroll: readonly ScrollDepth[] | null
}

/** How many views reached a row of the page. */
export interface ScrollDepth {
  /** Its top, in CSS pixels. */
  readonly depth: number
  readonly reached: number
}

/** A grid minus another of the same geometry: values may be negative. */
export interface HeatDifference extends HeatGeometry, HeatLayer {
  readonly question: HeatQuestion
  readonly against: Days
  readonly fixed: HeatLayer | null
}

/** A cell. */
export interface Hotspot {
  readonly column: number
  readonly row: number
  /** Its centre: a share of the window's width, and CSS pixels. */
  readonly x: number
  readonly y: number
  readonly value: number
}
